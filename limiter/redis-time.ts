/** Redis's clock as this process can know it: every reply says when it was made, between being asked for and coming. */
export interface RedisTime {
  /** A reply made at `redisUs` (microseconds of Redis's clock), asked for and received at these local milliseconds. */
  readonly heard: (redisUs: number, sentMs: number, receivedMs: number) => void;
  /** The earliest that Redis's clock may show at `localMs`, in whole microseconds; undefined before the first reply. */
  readonly earliestUs: (localMs: number) => number | undefined;
}

/** How far two clocks may drift apart, as a share of the time that passes. */
const DRIFT_SHARE = 0.000_5;

/**
 * Keeps the difference between the clocks as an interval, which each reply narrows and time widens. A reply that
 * does not fit means that a clock was set: what was known before is then forgotten.
 */
export function redisTime(): RedisTime {
  let lowUs = Number.NaN;
  let highUs = Number.NaN;
  let knownMs = 0;
  return {
    heard(redisUs, sentMs, receivedMs) {
      const driftUs = Math.max(0, receivedMs - knownMs) * 1_000 * DRIFT_SHARE;
      const [low, high] = [redisUs - receivedMs * 1_000, redisUs - sentMs * 1_000];
      const fits = low <= highUs + driftUs && high >= lowUs - driftUs;
      lowUs = fits ? Math.max(low, lowUs - driftUs) : low;
      highUs = fits ? Math.min(high, highUs + driftUs) : high;
      knownMs = receivedMs;
    },
    earliestUs: (localMs) => (Number.isNaN(lowUs) ? undefined : Math.floor(localMs * 1_000 + lowUs)),
  };
}
