import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import type { ClockSample } from "../history/history.ts";
import { monotonicMs } from "../history/monotonic-clock.ts";

/** Samples all clocks of a run until it is disposed of. */
export interface ClockSampler extends AsyncDisposable {
  readonly samples: readonly ClockSample[];
}

/** How many readings one sample is the tightest of. */
const readingsPerSample = 3;

/**
 * Reads the monotonic clock, the wall clock and Redis's TIME every `everyMs`, until disposed of. A reading that
 * Redis does not answer within a second is left out: the run goes on.
 */
export function startClockSampler(
  redisUrl: string | null,
  { everyMs = 250 }: { everyMs?: number } = {},
): ClockSampler {
  const samples: ClockSample[] = [];
  const stop = new AbortController();
  const redis =
    redisUrl === null
      ? null
      : new Redis(redisUrl, { enableOfflineQueue: true, commandTimeout: 1_000, maxRetriesPerRequest: 0 });
  redis?.on("error", () => {});
  const ended = sampleUntil(stop.signal, redis, everyMs, samples);
  return {
    samples,
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
      redis?.disconnect();
    },
  };
}

async function sampleUntil(
  signal: AbortSignal,
  redis: Redis | null,
  everyMs: number,
  samples: ClockSample[],
): Promise<void> {
  while (!signal.aborted) {
    const sample = await tightestReading(redis);
    if (sample !== null) samples.push(sample);
    await sleep(everyMs, undefined, { signal }).catch(() => {});
  }
  const last = await tightestReading(redis);
  if (last !== null) samples.push(last);
}

async function tightestReading(redis: Redis | null): Promise<ClockSample | null> {
  let best: ClockSample | null = null;
  for (let i = 0; i < readingsPerSample; i++) {
    const reading = await readClocks(redis).catch(() => null);
    if (reading === null) return best;
    if (best === null || reading.untilMs - reading.fromMs < best.untilMs - best.fromMs) best = reading;
  }
  return best;
}

async function readClocks(redis: Redis | null): Promise<ClockSample> {
  const fromMs = monotonicMs();
  const time = redis === null ? null : await redis.time();
  const realtimeMs = Date.now();
  const untilMs = monotonicMs();
  const redisMs = time === null ? null : Number(time[0]) * 1_000 + Number(time[1]) / 1_000;
  return { fromMs, untilMs, realtimeMs, redisMs };
}
