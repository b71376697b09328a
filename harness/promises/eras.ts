import type { FaultRecord } from "../history/history.ts";

/** When state may have been lost, in order and disjoint: [fromMs[i], untilMs[i]]. */
export interface Losses {
  readonly fromMs: readonly number[];
  readonly untilMs: readonly number[];
}

/**
 * The spans in which a fault lost state. Each may grant one fresh limit, so nothing is counted across
 * one: it separates two eras, each judged for itself.
 */
export function lossesOf(faults: readonly FaultRecord[]): Losses {
  const fromMs: number[] = [];
  const untilMs: number[] = [];
  const losing = faults.filter(({ losesState }) => losesState !== "none").sort((a, b) => a.fromMs - b.fromMs);
  for (const fault of losing) {
    const last = untilMs.length - 1;
    if (last >= 0 && fault.fromMs <= (untilMs[last] ?? 0)) {
      untilMs[last] = Math.max(untilMs[last] ?? 0, fault.untilMs);
    } else {
      fromMs.push(fault.fromMs);
      untilMs.push(fault.untilMs);
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
