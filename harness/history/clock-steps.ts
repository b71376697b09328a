import type { ClockSample, FaultRecord } from "./history.ts";

/** Redis's clock was set ahead by `byMs` (negative: back) at some instant of [fromMs, untilMs]. */
export interface ClockStep {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly byMs: number;
}

/** The steps that faults made Redis's clock take, when they were injected and when they were healed, in order of time. */
export function clockStepsOf(faults: readonly FaultRecord[]): ClockStep[] {
  return faults
    .flatMap(({ clockStepMs = 0, fromMs, injectedMs, healingMs, untilMs }) =>
      clockStepMs === 0
        ? []
        : [
            { fromMs, untilMs: injectedMs, byMs: clockStepMs },
            { fromMs: healingMs, untilMs, byMs: -clockStepMs },
          ],
    )
    .sort((a, b) => a.fromMs - b.fromMs);
}

/**
 * Redis's clock as it would have gone on without `steps`. Readings in which one was taken are left out. A step that was
 * not taken, or by another length, still shows: as a step of the rest.
 */
export function withoutSteps(samples: readonly ClockSample[], steps: readonly ClockStep[]): ClockSample[] {
  return samples.flatMap((sample) => {
    if (steps.some(({ fromMs, untilMs }) => sample.untilMs >= fromMs && sample.fromMs <= untilMs)) return [];
    const taken = steps.filter(({ untilMs }) => untilMs < sample.fromMs);
    const aheadMs = taken.reduce((sum, { byMs }) => sum + byMs, 0);
    return [{ ...sample, redisMs: sample.redisMs === null ? null : sample.redisMs - aheadMs }];
  });
}
