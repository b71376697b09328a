import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evidenceFromRows, type Row } from "../history/evidence-from-rows.ts";
import type { PhaseSpan } from "../history/history.ts";
import { isolatesKeys } from "./isolates-keys.ts";

const names = ["spread-1", "beside-1", "spread-2", "beside-2"];
const lengthMs = 1_000;
const phases = names.map((name, i): PhaseSpan => {
  const fromMs = i * lengthMs;
  return { name, fromMs, untilMs: fromMs + lengthMs, model: "open", role: "judged" };
});
const checker = isolatesKeys({
  calmPrefix: "calm-",
  pairs: [
    { spread: "spread-1", beside: "beside-1" },
    { spread: "spread-2", beside: "beside-2" },
  ],
});

/** How long each kind of request takes in each phase, in milliseconds; -1 for no answer. */
interface Took {
  readonly calm: readonly number[];
  readonly controls?: readonly number[];
  readonly lag?: readonly number[];
  readonly slowCalls?: number;
  /** Of twenty of the calm so many are not answered. */
  readonly unanswered?: readonly number[];
  /** Of twenty controls so many are not answered. */
  readonly controlsUnanswered?: readonly number[];
}

const none = [0, 0, 0, 0];

function check(took: Took) {
  const { calm, controls = [2, 2, 2, 2], lag = none, slowCalls = 0 } = took;
  const { unanswered = none, controlsUnanswered = none } = took;
  const rows = phases.flatMap(({ name, fromMs }, phase) =>
    Array.from({ length: 200 }, (_, i): Row => {
      const intendedMs = fromMs + 5 * i;
      const sentMs = intendedMs + (lag[phase] ?? 0);
      const own = { intendedMs, sentMs, phase: name };
      const turn = (i >> 1) % 20;
      if (i % 2 === 0)
        return turn < (controlsUnanswered[phase] ?? 0)
          ? { ...own, subject: "(control)" }
          : {
              ...own,
              subject: "(control)",
              outcome: "control",
              receivedMs: intendedMs + (controls[phase] ?? 0),
            };
      const tookMs = turn < (unanswered[phase] ?? 0) ? -1 : (calm[phase] ?? 0);
      return { ...own, subject: `calm-${i % 5}`, ...(tookMs < 0 ? {} : { receivedMs: intendedMs + tookMs }) };
    }),
  );
  const slow = Array.from({ length: slowCalls }, () => ({ fromMs: 1_100, untilMs: 1_200 }));
  const policy = { name: "p", limit: 1e6, windowMs: 1_000 };
  return checker.check(evidenceFromRows({ policy, rows, phases, redisPath: { asked: 100, slow } }));
}

describe("isolates-keys", () => {
  it("acquits a limiter whose calm callers do not notice the noisy one, however slow all are", () => {
    expect(check({ calm: [3, 4, 3, 5] }).verdict).toBe("pass");
    expect(check({ calm: [300, 310, 290, 300], controls: [290, 300, 280, 290] }).verdict).toBe("pass");
  });

  it("acquits one that was slow in one pair only: that was the machine", () => {
    expect(check({ calm: [3, 400, 3, 5] }).verdict).toBe("pass");
  });

  it("convicts one that lets the calm wait in each pair, or leaves them without an answer", () => {
    const finding = check({ calm: [3, 60, 3, 80] });
    expect(finding.verdict, finding.summary).toBe("fail");
    expect(finding.numbers).toMatchObject({ spreadMs: 3, besideMs: 60 });
    expect(check({ calm: [3, -1, 3, -1] }).verdict).toBe("fail");
  });

  it("cannot tell where the machine may be to blame", () => {
    const calm = [3, 60, 3, 80];
    expect(check({ calm, controls: [2, 30, 2, 2] }).summary).toContain("past the limiter");
    expect(check({ calm, lag: [0, 20, 0, 20] }).summary).toContain("sent late");
    expect(check({ calm, slowCalls: 5 }).summary).toContain("Redis itself");
  });

  it("cannot tell where the calm are left without an answer beside the many too, however the controls fare", () => {
    const calm = [3, 3, 3, 3];
    const silent = check({ calm, unanswered: [3, 3, 3, 3] });
    expect(silent.verdict, silent.summary).toBe("inconclusive");
    expect(silent.summary).toContain('without an answer that nothing can be compared in "spread-1"');
    expect(check({ calm, unanswered: [1, 4, 2, 3] }).verdict).toBe("inconclusive");
    expect(check({ calm, unanswered: [3, 0, 3, 0] }).verdict).toBe("inconclusive");
  });

  it("acquits by the pair that was answered, and convicts only where each can be compared", () => {
    expect(check({ calm: [3, 3, 3, 3], unanswered: [3, 3, 0, 0] }).verdict).toBe("pass");
    expect(check({ calm: [3, 3, 3, 60], unanswered: [3, 3, 0, 0] }).verdict).toBe("inconclusive");
    expect(check({ calm: [3, 3, 3, 60], unanswered: [0, 4, 0, 0] }).verdict).toBe("fail");
  });

  it("takes what was asked past the limiter and not answered for the machine's doing", () => {
    const calm = [3, 3, 3, 3];
    const unanswered = [0, 4, 0, 4];
    expect(check({ calm, unanswered }).verdict).toBe("fail");
    expect(check({ calm, unanswered, controlsUnanswered: [0, 4, 0, 4] }).summary).toContain(
      "past the limiter",
    );
    expect(check({ calm, unanswered, controlsUnanswered: [4, 4, 4, 4] }).summary).toContain(
      "past the limiter",
    );
  });

  it("never convicts where the same share of the calm goes unanswered in all phases", () => {
    const latency = fc.integer({ min: 1, max: 500 });
    fc.assert(
      fc.property(latency, fc.integer({ min: 1, max: 20 }), fc.nat({ max: 20 }), (tookMs, silent, extra) => {
        const beside = Math.min(20, silent + extra);
        const calm = [tookMs, tookMs, tookMs, tookMs];
        expect(check({ calm, unanswered: [silent, beside, silent, beside] }).verdict).not.toBe("fail");
      }),
      { numRuns: 50 },
    );
  });

  it("cannot tell where nothing was asked", () => {
    const policy = { name: "p", limit: 10, windowMs: 1_000 };
    expect(checker.check(evidenceFromRows({ policy, rows: [], phases })).verdict).toBe("inconclusive");
  });
});
