import type { ClockSample } from "../history/history.ts";
import { seededRandom } from "../load/random.ts";

/** The clock of a simulated Redis: it is somewhere, and goes a little too fast or too slow. */
export interface RedisClock {
  /** Whole microseconds since 1970, as TIME tells them. */
  readonly atUs: (nowMs: number) => number;
  /** Its reading minus the monotonic clock's at an instant. */
  readonly offsetMs: (nowMs: number) => number;
  /** The harness reads it four times a second, and knows no better than its question and the answer. */
  readonly sampled: (fromMs: number, untilMs: number) => ClockSample[];
}

/** Beyond what real clocks do, far below what the oracle takes for a clock that was set. */
const MOST_DRIFT = 1e-4;

/** The clock that `seed` stands for. */
export function redisClock(seed: number): RedisClock {
  const random = seededRandom(seed, "clock");
  const beganMs = Math.floor(1.79e12 + 1e10 * random()) + Math.floor(1_000 * random()) / 1_000;
  const rate = 1 + MOST_DRIFT * (2 * random() - 1);
  const atUs = (nowMs: number): number => Math.floor(1_000 * (beganMs + nowMs * rate));
  return {
    atUs,
    offsetMs: (nowMs) => beganMs + nowMs * (rate - 1),
    sampled(fromMs, untilMs) {
      const samples: ClockSample[] = [];
      for (let atMs = fromMs; atMs < untilMs; atMs += 250) {
        const tookMs = 0.05 + 0.3 * random() + (random() < 0.05 ? 20 * random() : 0);
        const readMs = atUs(atMs + tookMs * random()) / 1_000;
        samples.push({ fromMs: atMs, untilMs: atMs + tookMs, realtimeMs: readMs, redisMs: readMs });
      }
      return samples;
    },
  };
}
