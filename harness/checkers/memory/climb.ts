/** How much memory was held at an instant. */
export interface Reading {
  readonly atMs: number;
  readonly bytes: number;
}

/** How the least that was held changed over a span. */
export interface Climb {
  readonly firstBytes: number;
  readonly lastBytes: number;
  /** Negative if it fell. */
  readonly grownBytes: number;
  /** It rose from each part to the next, by enough, and at the end as at the beginning. */
  readonly isClear: boolean;
}

/** What a climb is looked for in. */
export interface ClimbOptions {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly leastBytes: number;
}

const parts = 6;
/** A part of which less is known says nothing. */
const fewestReadings = 3;
/** The later half must have grown by this share of the earlier one. */
const lateShare = 2 / 3;
/** Each step must be this share of the usual one. */
const evenShare = 1 / 3;
/** And the whole by this share of what was held before. */
const leastShare = 0.25;

/**
 * The least of the `readings` in each sixth of the span: what comes and goes between two collections of a heap is no part of it.
 * `null` where a sixth has too few.
 */
export function climbOf(
  readings: readonly Reading[],
  { fromMs, untilMs, leastBytes }: ClimbOptions,
): Climb | null {
  const floors = Array.from({ length: parts }, () => Number.POSITIVE_INFINITY);
  const counts = floors.map(() => 0);
  for (const { atMs, bytes } of readings) {
    const part = Math.floor(((atMs - fromMs) / (untilMs - fromMs)) * parts);
    if (!(part >= 0 && part < parts)) continue;
    floors[part] = Math.min(floors[part] ?? 0, bytes);
    counts[part] = (counts[part] ?? 0) + 1;
  }
  if (counts.some((count) => count < fewestReadings)) return null;
  const [firstBytes = 0] = floors;
  const lastBytes = floors.at(-1) ?? 0;
  const middleBytes = floors[parts / 2] ?? 0;
  const grownBytes = lastBytes - firstBytes;
  const leastStep = (evenShare * grownBytes) / (parts - 1);
  const rises = floors.every((floor, part) => part === 0 || floor - (floors[part - 1] ?? 0) >= leastStep);
  // Two steps lie behind the middle, three before it.
  const isSustained = (lastBytes - middleBytes) / 2 >= (lateShare * (middleBytes - firstBytes)) / 3;
  const isEnough = grownBytes >= Math.max(leastBytes, leastShare * firstBytes);
  return { firstBytes, lastBytes, grownBytes, isClear: rises && isSustained && isEnough };
}
