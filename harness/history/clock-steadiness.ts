import type { ClockSample } from "./history.ts";

/** What the samples of a run say about the clock by which windows run, in milliseconds. */
export interface ClockSteadiness {
  /** How far the clock may have moved against the monotonic one within any one window. */
  readonly driftMs: number;
  /** How far it certainly moved within some window: more than slack explains means a step. */
  readonly certainDriftMs: number;
  /** The longest time without a reading, in milliseconds; Infinity without any two. */
  readonly longestGapMs: number;
  /** Clock minus monotonic clock lies in here for the whole run; `null` without samples. */
  readonly offsetMs: { readonly atLeast: number; readonly atMost: number } | null;
}

/** One tight reading: the offset of the clock to the monotonic one lies in [low, high] at `atMs`. */
interface Reading {
  readonly atMs: number;
  readonly low: number;
  readonly high: number;
}

/**
 * Compares the readings that lie within `windowMs` of each other, and all neighbours. Redis's own clock counts; where Redis could
 * not be asked the host's does. A reading that was delayed is wide, not wrong: of each quarter of a window only
 * the tightest is used.
 */
export function clockSteadiness(samples: readonly ClockSample[], windowMs: number): ClockSteadiness {
  const readings = tightest(samples.map(readingOf), windowMs / 4);
  let driftMs = 0;
  let certainDriftMs = 0;
  for (let i = 0; i < readings.length; i++) {
    for (let j = i + 1; j < readings.length; j++) {
      const a = readings[i];
      const b = readings[j];
      // Neighbours are compared however far apart they are: a step in a gap of the readings still shows.
      if (a === undefined || b === undefined) break;
      if (j > i + 1 && b.atMs - a.atMs > 1.25 * windowMs) break;
      driftMs = Math.max(driftMs, b.high - a.low, a.high - b.low);
      certainDriftMs = Math.max(certainDriftMs, b.low - a.high, a.low - b.high);
    }
  }
  return { driftMs, certainDriftMs, longestGapMs: longestGap(samples), offsetMs: hull(readings) };
}

function longestGap(samples: readonly ClockSample[]): number {
  if (samples.length < 2) return Number.POSITIVE_INFINITY;
  let longest = 0;
  for (let i = 1; i < samples.length; i++) {
    longest = Math.max(longest, (samples[i]?.fromMs ?? 0) - (samples[i - 1]?.untilMs ?? 0));
  }
  return longest;
}

function readingOf(sample: ClockSample): Reading {
  const clockMs = sample.redisMs ?? sample.realtimeMs;
  // Date.now() counts whole milliseconds, rounded down; TIME counts microseconds.
  const grainMs = sample.redisMs === null ? 1 : 0.001;
  return {
    atMs: (sample.fromMs + sample.untilMs) / 2,
    low: clockMs - sample.untilMs,
    high: clockMs + grainMs - sample.fromMs,
  };
}

function tightest(readings: readonly Reading[], spanMs: number): Reading[] {
  const best: Reading[] = [];
  let cell = Number.NEGATIVE_INFINITY;
  for (const reading of readings) {
    const itsCell = Math.floor(reading.atMs / Math.max(spanMs, 250));
    const last = best.at(-1);
    if (itsCell !== cell || last === undefined) {
      best.push(reading);
      cell = itsCell;
    } else if (reading.high - reading.low < last.high - last.low) {
      best[best.length - 1] = reading;
    }
  }
  return best;
}

function hull(readings: readonly Reading[]): ClockSteadiness["offsetMs"] {
  if (readings.length === 0) return null;
  return {
    atLeast: readings.reduce((low, reading) => Math.min(low, reading.low), Number.POSITIVE_INFINITY),
    atMost: readings.reduce((high, reading) => Math.max(high, reading.high), Number.NEGATIVE_INFINITY),
  };
}
