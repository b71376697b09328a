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
});
