import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { PlannedFault } from "./planned-fault.ts";
import { redisDown } from "./redis-down.ts";
import { during, flapping, inTurn } from "./schedule.ts";

const fault = redisDown();
const phase = "outage";

function span({ from, until }: PlannedFault): readonly [number, number] {
  if (from === "start" || until === "start") throw new Error("a span begins in a phase");
  return [from.atMs, until.atMs];
}

const flaps = fc.record({
  downMs: fc.integer({ min: 1, max: 5_000 }),
  upMs: fc.integer({ min: 1, max: 5_000 }),
  jitterShare: fc.double({ min: 0, max: 0.99, noNaN: true }),
  forMs: fc.integer({ min: 0, max: 60_000 }),
  fromMs: fc.integer({ min: 0, max: 10_000 }),
  seed: fc.integer(),
});

describe("a fault that flaps", () => {
  it("is in force for its time, give or take the jitter, with pauses of theirs, inside the whole", async () => {
    await fc.assert(
      fc.property(flaps, (options) => {
        const { downMs, upMs, jitterShare, forMs, fromMs } = options;
        fc.pre(forMs >= downMs * (1 + jitterShare));
        const spans = flapping(fault, phase, options).map(span);
        const isAbout = (ms: number, wanted: number) =>
          Math.abs(ms - wanted) <= wanted * jitterShare * 1.001 + 0.001;
        for (const [index, [from, until]] of spans.entries()) {
          const [, lastUntil] = spans[index - 1] ?? [0, Number.NaN];
          expect(isAbout(until - from, downMs)).toBe(true);
          expect(index === 0 ? from === fromMs : isAbout(from - lastUntil, upMs)).toBe(true);
          expect(until).toBeLessThanOrEqual(fromMs + forMs);
        }
        const [, end] = spans.at(-1) ?? expect.fail("it never is in force");
        expect(fromMs + forMs - end).toBeLessThan((downMs + upMs) * (1 + jitterShare) + 0.001);
      }),
    );
  });

  it("is the same for the same seed, and another for another", () => {
    const options = { downMs: 100, upMs: 200, jitterShare: 0.5, forMs: 5_000, seed: 1 };
    expect(flapping(fault, phase, options)).toEqual(flapping(fault, phase, options));
    expect(flapping(fault, phase, options)).not.toEqual(flapping(fault, phase, { ...options, seed: 2 }));
  });

  it("is refused where it has no room even once: a plan of nothing breaks nothing", () => {
    const options = { downMs: 100, upMs: 200, seed: 1 };
    expect(() => flapping(fault, phase, { ...options, forMs: 99 })).toThrow(RangeError);
    expect(() => flapping(fault, phase, { ...options, forMs: -300 })).toThrow(RangeError);
    expect(flapping(fault, phase, { ...options, forMs: 100 })).toHaveLength(1);
  });

  it("refuses lengths that are none", () => {
    const options = { downMs: 100, upMs: 200, forMs: 5_000, seed: 1 };
    expect(() => flapping(fault, phase, { ...options, downMs: 0 })).toThrow(RangeError);
    expect(() => flapping(fault, phase, { ...options, jitterShare: 1 })).toThrow(RangeError);
  });
});

describe("a fault in turn", () => {
  it("is on one replica after the other, each for its time", async () => {
    await fc.assert(
      fc.property(
        fc.uniqueArray(fc.nat(9)),
        fc.integer({ min: 1, max: 1_000 }),
        fc.nat(1_000),
        (replicas, eachMs, gapMs) => {
          const plan = inTurn(fault, phase, { replicas, eachMs, gapMs });
          expect(plan.map((planned) => planned.replicas)).toEqual(replicas.map((replica) => [replica]));
          for (const [turn, [from, until]] of plan.map(span).entries()) {
            expect(from).toBe(turn * (eachMs + gapMs));
            expect(until - from).toBe(eachMs);
          }
        },
      ),
    );
  });

  it("refuses turns that would begin before the phase", () => {
    expect(() => inTurn(fault, phase, { replicas: [0, 1], eachMs: 10, gapMs: -20 })).toThrow(RangeError);
  });
});

describe("a fault during a span", () => {
  it("is planned once, for all replicas unless they are named", () => {
    expect(during(fault, phase, { fromMs: 5, untilMs: 9 })).toEqual([
      { fault, from: { phase, atMs: 5 }, until: { phase, atMs: 9 } },
    ]);
    expect(during(fault, phase, { fromMs: 5, untilMs: 9, replicas: [2] })[0]?.replicas).toEqual([2]);
  });

  it("must last", () => {
    expect(() => during(fault, phase, { fromMs: 5, untilMs: 5 })).toThrow(RangeError);
    expect(() => during(fault, phase, { fromMs: -1, untilMs: 5 })).toThrow(RangeError);
  });
});
