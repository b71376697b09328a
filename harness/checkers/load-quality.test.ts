import { describe, expect, it } from "vitest";
import { evidenceFromRows, type Row } from "../history/evidence-from-rows.ts";
import type { PhaseSpan } from "../history/history.ts";
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
      summary: expect.stringContaining("and 1 other slot was off too"),
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
      achievedRatePerSecond: 1_000,
      sendLagMs: { p50: 1, p99: 3, max: 3 },
    });
    expect(loadNumbers(history, []).offered).toBe(0);
    expect(Math.max(...slotsOfPhase(history, 0, 100).map(({ offShare }) => offShare))).toBe(0);
  });
});
