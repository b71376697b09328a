/**
 * What replica `replica` of `count` may let in of `total` on its own: an equal part, one more for the first
 * `total` mod `count`, and never less than one.
 */
export function shareOf(total: number, replica: number, count: number): number {
  return Math.max(1, Math.floor(total / count) + (replica < total % count ? 1 : 0));
}

/** All shares of `total` together: `total`, or `count` where that is more. */
export function sharesTogether(total: number, count: number): number {
  return Math.max(total, count);
}
