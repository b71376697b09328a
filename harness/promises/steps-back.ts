import { clockStepsOf } from "../history/clock-steps.ts";
import type { Claim } from "../history/evidence.ts";
import type { History } from "../history/history.ts";
import { sourceCode } from "../history/requests.ts";
import { kindCode, type Traces } from "../history/traces.ts";
import type { PromiseKind } from "./promise.ts";

/** What one subject may have been left with when Redis's clock was set back. */
export interface StepBack {
  readonly fromMs: number;
  /** Until then a denial may be due to what would have been forgotten, had the clock gone on. */
  readonly excusedUntilMs: number;
  /** Besides, so much cost may have been charged by `chargedMs` that the clock's way back has made younger. */
  readonly chargedMs: number;
  readonly cost: number;
}

/** Of one subject: rows [from, until) of the claim's traces; in order of time. */
export type StepsBackOf = (from: number, until: number) => readonly StepBack[];

/**
 * When Redis's clock is set back, what was charged before counts for longer. A limiter that declares how long lets the
 * clock of each subject stand still from its last charge until its next request, at worst: what has leaked in that
 * time is charged again. Any other may turn everybody away until the clock is back where it was and all that it had
 * then is forgotten, and be left with a full limit in use.
 *
 * Sound, since nothing is judged while the old may count, and a limit that leaks and may never have been empty since is
 * given all that it may have lost.
 */
export function stepsBackOf(
  { faults }: History,
  { traces, promises }: Claim,
  kind: PromiseKind,
): StepsBackOf {
  const steps = clockStepsOf(faults).filter(({ byMs }) => byMs < 0);
  if (steps.length === 0) return () => [];
  const { outlastsStepBackMs, stateHorizonMs = 0 } = promises;
  return (from, until) =>
    steps.map(({ fromMs, untilMs, byMs }) => {
      if (outlastsStepBackMs === undefined) {
        const backMs = untilMs - byMs;
        const excusedUntilMs = backMs + Math.max(stateHorizonMs, 3 * kind.memoryMs);
        return { fromMs, excusedUntilMs, chargedMs: backMs, cost: kind.capacity };
      }
      const chargedMs = nextAnswerMs(traces, from, until, untilMs);
      const stoodMs = chargedMs - lastChargeMs(traces, from, until, fromMs, untilMs);
      const cost = Math.min(kind.capacity, Math.ceil(kind.line.ratePerMs * stoodMs));
      return { fromMs, excusedUntilMs: chargedMs + outlastsStepBackMs, chargedMs, cost };
    });
}

/** When the first request that came after a step had certainly been decided by Redis; Infinity if none was. */
function nextAnswerMs(traces: Traces, from: number, until: number, steppedMs: number): number {
  for (let at = from; at < until; at++) {
    const decided = traces.kind[at] !== kindCode.ambiguous && traces.source[at] !== sourceCode.local;
    if (decided && (traces.sentMs[at] ?? 0) >= steppedMs) return traces.untilMs[at] ?? 0;
  }
  return Number.POSITIVE_INFINITY;
}

/** No later than the last charge before a step; the step itself where nothing can have been charged. */
function lastChargeMs(traces: Traces, from: number, until: number, fromMs: number, untilMs: number): number {
  let last = Number.NEGATIVE_INFINITY;
  let isAny = false;
  for (let at = from; at < until && (traces.sentMs[at] ?? 0) <= untilMs; at++) {
    if (traces.kind[at] === kindCode.denied) continue;
    isAny = true;
    const certain = traces.kind[at] === kindCode.allowed && traces.source[at] !== sourceCode.local;
    if (certain && (traces.untilMs[at] ?? 0) <= fromMs) last = Math.max(last, traces.sentMs[at] ?? 0);
  }
  return isAny ? last : fromMs;
}
