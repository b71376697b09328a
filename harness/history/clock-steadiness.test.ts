import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { clockSteadiness } from "./clock-steadiness.ts";
import type { ClockSample } from "./history.ts";

/** Samples of a clock that reads `clock(atMs)`, each bracketed by `before` and `after` milliseconds. */
function sampled(
  clock: (atMs: number) => number,
  brackets: readonly (readonly [number, number])[],
): ClockSample[] {
  return brackets.map(([before, after], index) => {
    const atMs = 1_000 + index * 250;
    return { fromMs: atMs - before, untilMs: atMs + after, realtimeMs: clock(atMs), redisMs: clock(atMs) };
  });
}

const brackets = fc.array(
  fc.tuple(fc.double({ min: 0, max: 30, noNaN: true }), fc.double({ min: 0, max: 30, noNaN: true })),
  { minLength: 1, maxLength: 60 },
);

describe("the steadiness of the clock", () => {
  it("never calls a steady clock moved, however late its readings came", () => {
    fc.assert(
      fc.property(brackets, (late) => {
        const { certainDriftMs, offsetMs } = clockSteadiness(
          sampled((atMs) => atMs + 5_000, late),
          2_000,
        );
        expect(certainDriftMs).toBeLessThan(0.001);
        expect(offsetMs?.atLeast).toBeLessThanOrEqual(5_000.001);
        expect(offsetMs?.atMost).toBeGreaterThanOrEqual(4_999.999);
      }),
    );
  });

  it("sees a step of 20 ms and bounds it from both sides", () => {
    const tight = Array.from({ length: 40 }, () => [0.1, 0.1] as const);
    const stepped = sampled((atMs) => atMs + (atMs > 5_000 ? 20 : 0), tight);
    const { certainDriftMs, driftMs } = clockSteadiness(stepped, 2_000);
    expect(certainDriftMs).toBeGreaterThan(19);
    expect(driftMs).toBeGreaterThanOrEqual(20);
    expect(driftMs).toBeLessThan(21);
  });

  it("knows nothing without samples", () => {
    expect(clockSteadiness([], 1_000)).toEqual({
      driftMs: 0,
      certainDriftMs: 0,
      longestGapMs: Number.POSITIVE_INFINITY,
      offsetMs: null,
    });
  });

  it("sees a step even where the clock was not read for longer than a window", () => {
    const stepped = [0, 250, 3_000, 3_250].map((atMs) => {
      const clock = atMs + (atMs > 1_000 ? 3_600_000 : 0);
      return { fromMs: atMs - 0.1, untilMs: atMs + 0.1, realtimeMs: clock, redisMs: clock };
    });
    const { certainDriftMs, longestGapMs } = clockSteadiness(stepped, 2_000);
    expect(certainDriftMs).toBeGreaterThan(3_599_000);
    expect(longestGapMs).toBeGreaterThan(2_700);
  });

  it("does not call it a gap when Redis was broken on purpose, but still sees what the clock did meanwhile", () => {
    const read = (atMs: number, stepMs: number): ClockSample => {
      const clock = atMs + stepMs;
      return { fromMs: atMs - 0.1, untilMs: atMs + 0.1, realtimeMs: clock, redisMs: clock };
    };
    const broken = [{ fromMs: 1_100, untilMs: 5_900 }];
    const steady = clockSteadiness([read(1_000, 0), read(6_000, 0)], 2_000, broken);
    expect(steady.longestGapMs).toBeCloseTo(199.8, 3);
    expect(steady.certainDriftMs).toBeLessThan(0.001);
    expect(clockSteadiness([read(1_000, 0), read(6_000, 0)], 2_000).longestGapMs).toBeCloseTo(4_999.8, 3);
    expect(clockSteadiness([read(1_000, 0), read(6_000, 30)], 2_000, broken).certainDriftMs).toBeGreaterThan(
      29,
    );
  });

  it("reads the host's clock while Redis does not answer, unless Redis's is another one", () => {
    const read = (atMs: number, redisMs: number | null): ClockSample => ({
      fromMs: atMs,
      untilMs: atMs + 0.1,
      realtimeMs: Math.floor(atMs),
      redisMs,
    });
    const same = [read(1_000, 1_000.05), read(2_000, null), read(3_000, 3_000.05)];
    expect(clockSteadiness(same, 2_000).longestGapMs).toBeCloseTo(999.9, 3);
    const elsewhere = [read(1_000, 51_000.05), read(2_000, null), read(3_000, 53_000.05)];
    const { longestGapMs, certainDriftMs } = clockSteadiness(elsewhere, 2_000);
    expect(longestGapMs).toBeCloseTo(1_999.9, 3);
    expect(certainDriftMs).toBeLessThan(0.001);
  });
});
