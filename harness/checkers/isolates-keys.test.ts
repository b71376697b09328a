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
}

function check({ calm, controls = [2, 2, 2, 2], lag = [0, 0, 0, 0], slowCalls = 0 }: Took) {
  const rows = phases.flatMap(({ name, fromMs }, phase) =>
    Array.from({ length: 200 }, (_, i): Row => {
      const intendedMs = fromMs + 5 * i;
      const sentMs = intendedMs + (lag[phase] ?? 0);
      const own = { intendedMs, sentMs, phase: name };
      if (i % 2 === 0)
        return {
          ...own,
          subject: "(control)",
          outcome: "control",
          receivedMs: intendedMs + (controls[phase] ?? 0),
        };
      const tookMs = calm[phase] ?? 0;
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

  it("cannot tell where nothing was asked", () => {
    const policy = { name: "p", limit: 10, windowMs: 1_000 };
    expect(checker.check(evidenceFromRows({ policy, rows: [], phases })).verdict).toBe("inconclusive");
  });
});
