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
  /** By enough, at the end half as fast as at the beginning at least, and the least of each part above the most of the last but one before it. */
  readonly isClear: boolean;
}

/** What a climb is looked for in. */
export interface ClimbOptions {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly leastBytes: number;
}

/** The first of them is left out: whatever is to be held for good may be, by then. */
const parts = 6;
/** A part of which less is known says nothing. */
const fewestReadings = 3;
/** What came in the later half must be this share of what came in the earlier one, */
const lateShare = 0.5;
/** and the whole this share of what was held before. */
const leastShare = 0.25;

/**
 * The least of the `readings` in each sixth of the span but the first: what comes and goes between two collections of a heap is
 * no part of it. `null` where a sixth has too few.
 */
export function climbOf(
  readings: readonly Reading[],
  { fromMs, untilMs, leastBytes }: ClimbOptions,
): Climb | null {
  const held = Array.from({ length: parts }, (): number[] => []);
  for (const { atMs, bytes } of readings)
    held[Math.floor(((atMs - fromMs) / (untilMs - fromMs)) * parts)]?.push(bytes);
  if (held.some(({ length }) => length < fewestReadings)) return null;
  const [first = [], ...rest] = held.slice(1);
  const floors = [first, ...rest].map((part) => Math.min(...part));
  const steps = floors.slice(1).map((floor, k) => floor - (floors[k] ?? 0));
  const firstBytes = floors[0] ?? 0;
  const lastBytes = floors.at(-1) ?? 0;
  const grownBytes = lastBytes - firstBytes;
  const middle = steps.length / 2;
  const isClear =
    [first, ...rest].every((part, k) => (floors[k + 2] ?? Number.POSITIVE_INFINITY) > Math.max(...part)) &&
    sum(steps.slice(middle)) >= lateShare * sum(steps.slice(0, middle)) &&
    grownBytes >= Math.max(leastBytes, leastShare * firstBytes);
  return { firstBytes, lastBytes, grownBytes, isClear };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
