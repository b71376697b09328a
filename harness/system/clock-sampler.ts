import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { type ClockSample, type RedisPath, slowCallMs } from "../history/history.ts";
import { monotonicMs } from "../history/monotonic-clock.ts";

/** Samples all clocks of a run until it is disposed of, and watches the harness's own way to Redis meanwhile. */
export interface ClockSampler extends AsyncDisposable {
  readonly samples: readonly ClockSample[];
  /** As it is now; ask again at the end. */
  readonly redisPath: () => RedisPath;
}

/** Options of `startClockSampler`, in milliseconds. */
export interface ClockSamplerOptions {
  /** One sample is kept of each span of this length: the tightest reading in it. @default 250 */
  readonly sampleEveryMs?: number;
  /** Pause between two readings. @default 10 */
  readonly readEveryMs?: number;
}

/** A Redis that has not answered for so long is not waited for. */
const patienceMs = 1_000;

/**
 * Reads the monotonic clock, the wall clock and Redis's TIME again and again, until disposed of; resolves with the
 * first sample taken (or given up). A reading that Redis does not answer within a second is left out and recorded as
 * slow: the run goes on.
 */
export async function startClockSampler(
  redisUrl: string | null,
  { sampleEveryMs = 250, readEveryMs = 10 }: ClockSamplerOptions = {},
): Promise<ClockSampler> {
  const samples: ClockSample[] = [];
  const slow: { fromMs: number; untilMs: number }[] = [];
  const stop = new AbortController();
  let asked = 0;
  const redis =
    redisUrl === null
      ? null
      : new Redis(redisUrl, {
          commandTimeout: patienceMs,
          maxRetriesPerRequest: 0,
          connectionName: "gatecrash-harness-clock",
        });
  redis?.on("error", () => {});

  async function read(): Promise<void> {
    const fromMs = monotonicMs();
    asked++;
    const reading = await readClocks(redis).catch(() => null);
    const untilMs = monotonicMs();
    if (reading !== null) keepTightest(samples, reading, sampleEveryMs);
    if (untilMs - fromMs > slowCallMs) slow.push({ fromMs, untilMs });
  }
  async function readOn(): Promise<void> {
    while (!stop.signal.aborted) {
      await sleep(readEveryMs, undefined, { signal: stop.signal }).catch(() => {});
      await read();
    }
  }

  await read();
  const ended = readOn();
  return {
    samples,
    redisPath: () => ({ asked, slow: [...slow] }),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await ended;
      redis?.disconnect();
    },
  };
}

/** Of the readings that began in the same span of `everyMs` only the tightest stays. */
function keepTightest(samples: ClockSample[], reading: ClockSample, everyMs: number): void {
  const last = samples.at(-1);
  const cell = (sample: ClockSample): number => Math.floor(sample.fromMs / everyMs);
  if (last === undefined || cell(last) !== cell(reading)) {
    samples.push(reading);
  } else if (reading.untilMs - reading.fromMs < last.untilMs - last.fromMs) {
    samples[samples.length - 1] = reading;
  }
}

async function readClocks(redis: Redis | null): Promise<ClockSample> {
  const fromMs = monotonicMs();
  const time = redis === null ? null : await redis.time();
  const realtimeMs = Date.now();
  const untilMs = monotonicMs();
  const redisMs = time === null ? null : Number(time[0]) * 1_000 + Number(time[1]) / 1_000;
  return { fromMs, untilMs, realtimeMs, redisMs };
}
