import type { History } from "./history.ts";

/**
 * Why Redis's state was lost by nobody's plan, as its own counters tell: between two readings another life began, and no
 * fault that loses state was in force meanwhile. Null if every life was planned. Lives of which two began between the
 * same two readings look like one.
 */
export function unplannedLife({ redisSamples, faults, run }: History): string | null {
  const planned = faults.filter(({ losesState }) => losesState !== "none");
  for (let at = 1; at < redisSamples.length; at++) {
    const [before, after] = [redisSamples[at - 1], redisSamples[at]];
    if (before === undefined || after === undefined || before.runId === after.runId) continue;
    const isPlanned = planned.some(
      ({ fromMs, untilMs }) => fromMs <= after.untilMs && untilMs >= before.fromMs,
    );
    if (isPlanned) continue;
    const [since, until] = [before, after].map(({ fromMs }) => ((fromMs - run.originMs) / 1_000).toFixed(1));
    return `Redis was restarted by nobody's plan between ${since} s and ${until} s`;
  }
  return null;
}
