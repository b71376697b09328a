import type { Promises } from "../../limiter/promised.ts";
import { type ClockStep, clockStepsOf } from "../history/clock-steps.ts";
import type { FaultRecord } from "../history/history.ts";

/** When state may have been lost, in order and disjoint: [fromMs[i], untilMs[i]]. */
export interface Losses {
  readonly fromMs: readonly number[];
  readonly untilMs: readonly number[];
}

/**
 * The spans in which a fault lost state: as it was injected, for once that is done no answer comes from what was before,
 * and healing loses nothing. Each may grant one fresh limit, so nothing is counted across
 * one: it separates two eras, each judged for itself. A clock that is set ahead loses what is no longer recent by it;
 * one that is set back may, but for a limiter that declares to outlast that. `others` are spans in which state was lost
 * otherwise.
 */
export function lossesOf(
  faults: readonly FaultRecord[],
  { outlastsStepBackMs }: Pick<Promises, "outlastsStepBackMs"> = {},
  others: readonly { readonly fromMs: number; readonly untilMs: number }[] = [],
): Losses {
  const fromMs: number[] = [];
  const untilMs: number[] = [];
  const forgets = ({ byMs }: ClockStep): boolean => byMs > 0 || outlastsStepBackMs === undefined;
  const losing = [
    ...faults
      .filter(({ losesState }) => losesState !== "none")
      .map(({ fromMs: beganMs, injectedMs }) => ({ fromMs: beganMs, untilMs: injectedMs })),
    ...clockStepsOf(faults).filter(forgets),
    ...others,
  ].sort((a, b) => a.fromMs - b.fromMs);
  for (const loss of losing) {
    const last = untilMs.length - 1;
    if (last >= 0 && loss.fromMs <= (untilMs[last] ?? 0)) {
      untilMs[last] = Math.max(untilMs[last] ?? 0, loss.untilMs);
    } else {
      fromMs.push(loss.fromMs);
      untilMs.push(loss.untilMs);
    }
  }
  return { fromMs, untilMs };
}

/** The era in which [sentMs, untilMs] lies entirely: how many losses were over before it; -1 if it touches one. */
export function eraOf({ fromMs, untilMs: overMs }: Losses, sentMs: number, untilMs: number): number {
  let era = 0;
  while (era < overMs.length && (overMs[era] ?? 0) < sentMs) era++;
  return era < fromMs.length && untilMs >= (fromMs[era] ?? 0) ? -1 : era;
}
