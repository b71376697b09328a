import { setTimeout as sleep } from "node:timers/promises";
import type { Moment } from "../faults/planned-fault.ts";
import { monotonicMs } from "../history/monotonic-clock.ts";

/** The beginnings of phases, by name, on the monotonic clock: who waits for one finds it here. */
export type Phases = Map<string, PromiseWithResolvers<number>>;

/** Waits for a moment; false if the run was over before. */
export async function reached(moment: Moment, phases: Phases, stop: AbortSignal): Promise<boolean> {
  if (moment === "start") return !stop.aborted;
  const aborted = Promise.withResolvers<null>();
  const onAbort = () => aborted.resolve(null);
  stop.addEventListener("abort", onAbort);
  try {
    if (stop.aborted) return false;
    const fromMs = await Promise.race([phaseOf(phases, moment.phase).promise, aborted.promise]);
    if (fromMs === null) return false;
    for (;;) {
      const restMs = fromMs + moment.atMs - monotonicMs();
      if (stop.aborted || restMs <= 0) return !stop.aborted;
      // A timer may fire a little early: then there is a rest of a rest.
      await sleep(Math.ceil(restMs), undefined, { signal: stop }).catch(() => {});
    }
  } finally {
    stop.removeEventListener("abort", onAbort);
  }
}

/** Its beginning, from whoever comes first: who waits for it, or who says that it is there. */
export function phaseOf(phases: Phases, name: string): PromiseWithResolvers<number> {
  const known = phases.get(name) ?? Promise.withResolvers<number>();
  phases.set(name, known);
  return known;
}
