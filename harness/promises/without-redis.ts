import type { Promises } from "../../limiter/promised.ts";

/**
 * So long after a heal, in milliseconds, a limiter that declares nothing may still be without Redis: clients wait for up to two
 * seconds before they connect again.
 */
export const undeclaredReturnMs = 3_000;

/** Whether a limiter declares for any policy what it does without Redis. */
export function declaresWithoutRedis(promises: readonly Promises[]): boolean {
  return promises.some(({ withoutRedis }) => withoutRedis !== undefined);
}

/**
 * How long after a heal a limiter that declares what it does without Redis may be without it, in milliseconds: two looks
 * for Redis and a deadline, or the longest there is where its return is not declared; 0 where nothing is.
 */
export function declaredReturnMs(promises: readonly Promises[]): number {
  return promises.reduce((most, { withoutRedis }) => {
    if (withoutRedis === undefined) return most;
    const { probeIntervalMs, deadlineMs, isReturnUndeclared = false } = withoutRedis;
    return Math.max(most, 2 * probeIntervalMs + deadlineMs, isReturnUndeclared ? undeclaredReturnMs : 0);
  }, 0);
}
