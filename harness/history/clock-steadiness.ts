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

/** A time in which the clock could not be read, on purpose. */
interface Blind {
  readonly fromMs: number;
  readonly untilMs: number;
}

/**
 * Compares the readings that lie within `windowMs` of each other, and all neighbours. Redis's own clock counts; where
 * Redis could not be asked the host's does, if both are one. A reading that was delayed is wide, not wrong: of each
 * quarter of a window only the tightest is used. Time that is `blind` makes no gap: what the clock did in it still
 * shows between the readings on both sides.
 */
export function clockSteadiness(
  all: readonly ClockSample[],
  windowMs: number,
  blind: readonly Blind[] = [],
): ClockSteadiness {
  const samples = isOneClock(all) ? all : all.filter(({ redisMs }) => redisMs !== null);
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
  return { driftMs, certainDriftMs, longestGapMs: longestGap(samples, blind), offsetMs: hull(readings) };
}

/** Whether Redis's clock and the host's may be the same one, as far as any sample tells. */
function isOneClock(samples: readonly ClockSample[]): boolean {
  return samples.every(({ fromMs, untilMs, realtimeMs, redisMs }) => {
    if (redisMs === null) return true;
    const apartMs = redisMs - realtimeMs;
    // Both were read in the same bracket; Date.now() rounds down by up to a millisecond.
    return Math.abs(apartMs) <= untilMs - fromMs + 1;
  });
}

function longestGap(samples: readonly ClockSample[], blind: readonly Blind[]): number {
  if (samples.length < 2) return Number.POSITIVE_INFINITY;
  let longest = 0;
  for (let i = 1; i < samples.length; i++) {
    const fromMs = samples[i - 1]?.untilMs ?? 0;
    const untilMs = samples[i]?.fromMs ?? 0;
    const unseen = blind.map((span) => Math.min(untilMs, span.untilMs) - Math.max(fromMs, span.fromMs));
    // Overlapping spans are not added up: the longest alone is taken off.
    longest = Math.max(longest, untilMs - fromMs - Math.max(0, ...unseen));
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
