import type { History } from "../history/history.ts";
import { latencies } from "./latency-percentiles.ts";
import { percentilesOf } from "./percentile.ts";
import { measuredPhases } from "./phases-of.ts";
import { scheduleDoubts } from "./schedule-doubts.ts";
import { unplannedSlowCalls } from "./slow-calls.ts";

/**
 * Why a bad measurement in the paced phases (of these names, if given) may be the machine's fault and not the
 * limiter's: the schedule was not kept, or requests that no limiter guards took more than `slowMs` too (at the 99th
 * percentile), or the harness's own calls to Redis did though no planned fault explains it. Null when nothing excuses it.
 * What was never sent because the connections waited for answers excuses too, unless the caller knows for what they waited
 * and says that it is `explained`.
 */
export function machineDoubt(
  history: History,
  slowMs: number,
  phases?: readonly string[],
  crowding: "unexplained" | "explained" = "unexplained",
): string | null {
  if (history.stateDoubt !== null) return history.stateDoubt;
  const schedule = scheduleDoubts(history, measuredPhases(history, phases));
  const isCrowded = schedule.crowding !== null && crowding === "unexplained";
  if (schedule.own.length > 0 || isCrowded) return "the schedule was not kept";
  const controls = latencies(history.requests, measuredPhases(history, phases), "controls");
  const [p99Ms = 0] = percentilesOf(controls, [99]);
  if (p99Ms > slowMs) return `the machine was slow (p99 ${p99Ms.toFixed(1)} ms past the limiter)`;
  const { asked } = history.redisPath;
  const slowCalls = unplannedSlowCalls(history).filter(
    ({ fromMs, untilMs }) => untilMs - fromMs > slowMs,
  ).length;
  if (slowCalls > 0.01 * asked)
    return `Redis itself was slow to answer (${slowCalls} of ${asked} calls past the limiter)`;
  return null;
}
