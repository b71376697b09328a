import { describe, expect, it } from "vitest";
import { controlKey } from "../history/control-key.ts";
import { evidenceFromRows, type Row } from "../history/evidence-from-rows.ts";
import type { PhaseSpan } from "../history/history.ts";
import { crowdedOut, givenUp } from "../history/requests.ts";
import { loadQuality } from "./load-quality.ts";
import { loadNumbers, slotsOfPhase } from "./schedule-quality.ts";

const policy = { name: "burst", limit: 10, windowMs: 1_000 };
const phase: PhaseSpan = { name: "burst", fromMs: 0, untilMs: 2_000, model: "open", role: "judged" };

/** A thousand a second for two seconds, each sent `lagMs(i)` late. */
function paced(lagMs: (i: number) => number, outcome?: Row["outcome"]): Row[] {
  return Array.from({ length: 2_000 }, (_, i) => ({
    intendedMs: i,
    sentMs: i + lagMs(i),
    receivedMs: i + lagMs(i) + 1,
    phase: "burst",
    ...(outcome === undefined ? {} : { outcome }),
  }));
}

const check = (rows: Row[], phases: PhaseSpan[] = [phase]) =>
  loadQuality().check(evidenceFromRows({ policy, rows, phases }));

describe("load-quality", () => {
  it("passes when every slot kept its schedule", () => {
    const finding = check(paced(() => 0.2));
    expect(finding).toMatchObject({ verdict: "pass", numbers: { offered: 2_000, dropped: 0 } });
    expect(finding.numbers.sendLagP99Ms).toBeCloseTo(0.2);
  });

  it("is inconclusive, never a fail, when a stall moved sends out of their slot, and names the slot", () => {
    const finding = check(paced((i) => (i >= 500 && i < 515 ? 515 - i : 0)));
    expect(finding.verdict).toBe("pass");
    const stalled = check(paced((i) => (i >= 480 && i < 520 ? 540 - i : 0)));
    expect(stalled.verdict).toBe("inconclusive");
    expect(stalled.summary).toMatch(
      /instead of 100 requests were sent in the 100 ms from 0\.[45] s of burst/,
    );
  });

  it("lets so many slots be off as it is told, and names how many were when there are more", () => {
    const rows = paced((i) => (i >= 480 && i < 500 ? 500 - i : 0));
    const lenient = (offSlotShare: number) =>
      loadQuality({ offSlotShare }).check(evidenceFromRows({ policy, rows, phases: [phase] }));
    expect(lenient(0.1)).toMatchObject({
      verdict: "pass",
      numbers: { offSlotShare: expect.closeTo(0.095, 2) },
    });
    expect(lenient(0.05)).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("and 1 other slots were off too"),
    });
  });

  it("is inconclusive for dropped arrivals, for late sends and for no sends at all", () => {
    const dropped = paced(() => 0);
    dropped[7] = { intendedMs: 7, sentMs: Number.NaN, outcome: "dropped", phase: "burst" };
    expect(check(dropped)).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("1 of 2000"),
    });
    expect(check(paced((i) => (i % 50 === 0 ? 30 : 0))).verdict).toBe("inconclusive");
    expect(check([]).verdict).toBe("inconclusive");
  });

  it("blames no machine for what was never sent because the limiter kept the connections waiting", () => {
    const hung = paced(() => 0.2).map((row, i): Row => {
      if (i >= 1_000)
        return { intendedMs: i, sentMs: Number.NaN, outcome: "dropped", status: crowdedOut, phase: "burst" };
      if (i % 20 === 7) return { ...row, subject: controlKey, outcome: "control" };
      return i % 4 === 0
        ? { intendedMs: i, sentMs: i + 0.2, phase: "burst", outcome: "lost", status: givenUp }
        : row;
    });
    expect(check(hung)).toMatchObject({
      verdict: "inconclusive",
      summary:
        "The schedule was not kept (the limiter left requests unanswered): 1000 of 1950 arrivals were never sent, as the connections were waiting for answers, 185 of them in vain",
    });
    const slow = hung.map((row) => (row.outcome === "lost" ? { ...row, receivedMs: 3_000 } : row));
    const answered = slow.map((row) =>
      row.outcome === "lost" ? { ...row, outcome: "denied" as const } : row,
    );
    expect(check(answered).summary).toContain(
      "(slow answers, of the gateways or the machine?): 1000 of 1950",
    );
    const busy = answered.map((row, i) => (i === 1_999 ? { ...row, status: 0 } : row));
    expect(check(busy).summary).toContain("a busy or slow machine?): 999 of 1950 arrivals");
  });

  it("doubts a schedule of which only requests past the limiter were dropped", () => {
    const rows = paced(() => 0);
    rows[7] = { intendedMs: 7, sentMs: Number.NaN, outcome: "dropped", phase: "burst", subject: controlKey };
    expect(check(rows)).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("1 requests past the limiter were never sent"),
      numbers: { offered: 1_999, dropped: 0 },
    });
  });

  it("does not look at warm-ups and saturating phases", () => {
    const late = paced(() => 500);
    expect(check(late, [{ ...phase, role: "warmup" }]).summary).toContain("no paced phase");
    expect(check(late, [{ ...phase, model: "saturate" }]).summary).toContain("no paced phase");
  });

  it("forgives the edge of a burst a late send, and no more than that", () => {
    const burst = (lateMs: number): Row[] =>
      Array.from({ length: 300 }, (_, i) => ({
        intendedMs: i,
        sentMs: i + lateMs,
        receivedMs: i + lateMs + 1,
        phase: "burst",
      }));
    expect(check(burst(3)).verdict).toBe("pass");
    expect(check(burst(15)).verdict).toBe("inconclusive");
  });
});

describe("the numbers of a schedule", () => {
  it("count what was offered, sent and dropped, and how late", () => {
    const rows = paced((i) => i % 4);
    rows.push({ intendedMs: 1_999.5, sentMs: Number.NaN, outcome: "dropped", phase: "burst" });
    const { history } = evidenceFromRows({ policy, rows, phases: [phase] });
    expect(loadNumbers(history, [0])).toEqual({
      offered: 2_001,
      sent: 2_000,
      dropped: 1,
      achievedRatePerSecond: 2_000_000 / 2_002,
      sendingMs: 2_002,
      sendLagMs: { p50: 1, p99: 3, max: 3 },
    });
    expect(loadNumbers(history, []).offered).toBe(0);
    expect(loadNumbers(history, []).achievedRatePerSecond).toBe(0);
    expect(Math.max(...slotsOfPhase(history, 0, 100).map(({ offShare }) => offShare))).toBe(0);
  });

  const rateOf = (rows: Row[], span: PhaseSpan) => {
    const { history } = evidenceFromRows({ policy, rows, phases: [span] });
    const { achievedRatePerSecond, sendingMs } = loadNumbers(history, [0]);
    return [achievedRatePerSecond, sendingMs];
  };

  it("tell the rate of sending, however long an answer is waited for in vain, and a lower one when sends were late", () => {
    const rows = paced(() => 0);
    rows[1_999] = { sentMs: 1_999, phase: "burst" };
    const waited = { ...phase, untilMs: 5_000, scheduledUntilMs: 2_000 };
    expect(rateOf(rows, waited)).toEqual([1_000, 2_000]);
    const late = paced((i) => i);
    expect(rateOf(late, waited)).toEqual([2_000_000 / 3_998, 3_998]);
  });

  it("tell how fast a saturating phase was from its first send to its last answer", () => {
    const rows = paced(() => 100);
    rows[1_000] = { sentMs: 1_100, phase: "burst" };
    expect(rateOf(rows, { ...phase, model: "saturate", untilMs: 9_000 })).toEqual([1_000, 2_000]);
  });

  it("leave out the requests past the limiter", () => {
    const rows = paced(() => 0).map((row, i): Row => (i % 10 === 0 ? { ...row, subject: controlKey } : row));
    rows[0] = { intendedMs: 0, sentMs: Number.NaN, outcome: "dropped", subject: controlKey, phase: "burst" };
    const { history } = evidenceFromRows({ policy, rows, phases: [phase] });
    expect(loadNumbers(history, [0])).toMatchObject({ offered: 1_800, sent: 1_800, dropped: 0 });
  });
});
