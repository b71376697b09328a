import type { History, RedisPath } from "../history/history.ts";

/** So long after it was healed a fault of Redis itself is still felt: commands that had piled up are worked off. */
const aftermathMs = 500;

/**
 * The harness's own calls to Redis that were slow by nobody's plan. While a planned fault breaks Redis itself, they are
 * what was planned: they show no weakness of the machine, and excuse nothing.
 */
export function unplannedSlowCalls({
  redisPath,
  faults,
}: Pick<History, "redisPath" | "faults">): RedisPath["slow"] {
  const planned = faults.filter(({ breaksRedis = false }) => breaksRedis);
  if (planned.length === 0) return redisPath.slow;
  return redisPath.slow.filter(
    (call) =>
      !planned.some((fault) => call.fromMs <= fault.untilMs + aftermathMs && call.untilMs >= fault.fromMs),
  );
}
