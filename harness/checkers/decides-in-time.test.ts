import { describe, expect, it } from "vitest";
import { controlKey } from "../history/control-key.ts";
import { evidenceFromRows, type Row } from "../history/evidence-from-rows.ts";
import type { PhaseSpan, Scrape } from "../history/history.ts";
import { givenUp } from "../history/requests.ts";
import { type DecidesInTimeOptions, decidesInTime } from "./decides-in-time.ts";

const policy = { name: "tenth", limit: 90, windowMs: 1_000 };
const withoutRedis = { kind: "closed", deadlineMs: 20, probeIntervalMs: 50 } as const;
const phase: PhaseSpan = { name: "fault", fromMs: 0, untilMs: 4_000, model: "open", role: "judged" };

/** An event loop that is 12 ms late now and then: 20 + 10 + 24 ms are allowed. */
const scrapes: Scrape[] = [0, 1, 2].map((replica) => ({
  replica,
  requestedMs: 3_500,
  receivedMs: 3_501,
  text: "nodejs_eventloop_lag_p99_seconds 0.012\n",
}));

/** Decisions by Redis one a millisecond, of which `share` took `tookMs`. Nothing was broken. */
function paced(tookMs: number, share = 0.01): Row[] {
  return Array.from({ length: 3_000 }, (_, i): Row => {
    const sentMs = 10 + i * 0.99;
    const late = i % Math.round(1 / share) === 0;
    return {
      sentMs,
      receivedMs: sentMs + (late ? tookMs : 1),
      replica: i % 3,
      subject: `tail ${i % 500}`,
      source: "redis",
    };
  });
}

function check(rows: readonly Row[], options: DecidesInTimeOptions = {}, told = { scrapes, declared: true }) {
  const promises = told.declared ? { withoutRedis } : {};
  const evidence = evidenceFromRows({ policy, rows, phases: [phase], scrapes: told.scrapes, promises });
  return decidesInTime(options).check(evidence);
}

describe("a declared deadline", () => {
  it("is kept within 10 ms and twice the event loop's delay, whether or not anything was broken", () => {
    expect(check(paced(53))).toMatchObject({ verdict: "pass", numbers: { lateShare: 0, deadlineMs: 20 } });
    expect(check(paced(80))).toMatchObject({
      verdict: "fail",
      summary: expect.stringContaining("longer than the declared 20 ms"),
    });
  });

  it("may be missed by the share that is allowed", () => {
    expect(check(paced(80, 0.0005)).verdict).toBe("pass");
    expect(check(paced(80), { maxLateShare: 0.02 }).verdict).toBe("pass");
  });

  it("is not shown to be missed by a handful of decisions, whatever share they are", () => {
    const late = (count: number) =>
      paced(1)
        .slice(0, 600)
        .map((row, i) => (i >= 100 && i < 100 + count ? { ...row, receivedMs: row.sentMs + 80 } : row));
    expect(check(late(0)).verdict).toBe("pass");
    expect(check(late(1))).toMatchObject({
      verdict: "inconclusive",
      summary: "1 of 600 decisions was later than declared: too few to show that more than 0.1 % are",
    });
    expect(check(late(5)).verdict).toBe("inconclusive");
    expect(check(late(6)).verdict).toBe("fail");
  });

  it("is not held against a limiter by a machine that was slow all along", () => {
    const slow = paced(80).map((row, i) => (i % 2 === 0 ? { ...row, intendedMs: row.sentMs - 60 } : row));
    expect(check(slow).verdict).toBe("inconclusive");
  });

  it("is kept, as far as can be told, where only what was near a stall of the machine was late", () => {
    const stalledFrom = (fromMs: number) =>
      paced(1).map((row) =>
        row.sentMs >= fromMs && row.sentMs < 2_000
          ? { ...row, intendedMs: row.sentMs - 15, receivedMs: row.sentMs + 80 }
          : row,
      );
    expect(check(stalledFrom(1_900))).toMatchObject({ verdict: "pass", numbers: { lateUnexcused: 0 } });
    expect(check(stalledFrom(100))).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("all near stalls of the machine"),
    });
  });

  it("is missed by an answer that never comes, if its gateway answers a control meanwhile", () => {
    const unanswered = (status: number) =>
      paced(1).map(({ receivedMs, ...row }, i): Row => {
        if (i % 20 !== 0 || row.sentMs > 2_000) return { ...row, receivedMs: receivedMs ?? Number.NaN };
        return { ...row, outcome: "lost", status };
      });
    const controls = (untilMs: number) =>
      Array.from({ length: untilMs / 20 }, (_, i): Row => {
        const sentMs = 10 + 20 * i;
        return { subject: controlKey, sentMs, receivedMs: sentMs + 1, outcome: "control", replica: i % 3 };
      });
    expect(check([...unanswered(givenUp), ...controls(2_900)])).toMatchObject({
      verdict: "fail",
      summary: expect.stringMatching(/^101 of 3,000 decisions took longer .*; 101 never came$/),
    });
    // Its connection was lost, or the gateway was not seen to be awake after it, in time or at all.
    const early = controls(60).map((row) => ({ ...row, replica: 0 }));
    expect(check([...unanswered(givenUp), ...early]).verdict).toBe("pass");
    expect(check([...unanswered(0), ...controls(2_900)]).verdict).toBe("pass");
    expect(check(unanswered(givenUp)).verdict).toBe("pass");
    const lost = controls(2_900).map(
      ({ receivedMs: _, ...row }): Row => ({ ...row, outcome: "lost", status: givenUp }),
    );
    expect(check([...unanswered(givenUp), ...lost]).verdict).toBe("pass");
    const late = controls(2_900).map((row) => ({ ...row, receivedMs: row.sentMs + 40 }));
    expect(check([...unanswered(givenUp), ...late]).verdict).not.toBe("fail");
  });

  it("is not judged where none is declared, or no gateway tells of its event loop", () => {
    expect(check(paced(80), {}, { scrapes, declared: false })).toMatchObject({
      verdict: "not-applicable",
      summary: "The limiter declares no deadline",
    });
    expect(check(paced(80), {}, { scrapes: [], declared: true })).toMatchObject({
      verdict: "not-applicable",
      summary: expect.stringContaining("the deadline of 20 ms is not judged"),
    });
  });

  it("is held against a gateway that tells nothing only if it is grossly late, and answers controls meanwhile", () => {
    const controls = (tookMs: number) =>
      Array.from({ length: 1_200 }, (_, i): Row => {
        const sentMs = 12 + 2.5 * i;
        return {
          subject: controlKey,
          sentMs,
          receivedMs: sentMs + tookMs,
          outcome: "control",
          replica: i % 3,
        };
      });
    const late = (tookMs: number) =>
      paced(1).map((row) =>
        row.sentMs >= 500 && row.sentMs < 800 ? { ...row, receivedMs: row.sentMs + tookMs } : row,
      );
    const untold = { scrapes: [], declared: true };
    expect(check([...late(500), ...controls(1)], {}, untold)).toMatchObject({
      verdict: "not-applicable",
      summary: expect.stringContaining("the slowest decision took 500 ms"),
    });
    expect(check([...late(1_500), ...controls(1)], {}, untold)).toMatchObject({
      verdict: "fail",
      summary: expect.stringContaining("longer than 1 s, far more than the declared 20 ms"),
    });
    // It slept itself, or was not seen to be awake.
    expect(check([...late(1_500), ...controls(200)], {}, untold).verdict).toBe("not-applicable");
    const before = controls(1).filter(({ sentMs }) => sentMs < 510 || sentMs > 2_400);
    expect(check([...late(1_500), ...before], {}, untold).verdict).toBe("not-applicable");
  });

  it("shows nothing without decisions, or in a phase that the history does not have", () => {
    expect(check([{ sentMs: 5, outcome: "lost" }]).verdict).toBe("inconclusive");
    expect(check(paced(1), { phases: ["outage"] })).toMatchObject({
      verdict: "inconclusive",
      summary: 'The history has no phase "outage"',
    });
  });
});
