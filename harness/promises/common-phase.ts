import type { Borders } from "./borders.ts";

/**
 * Windows that begin every `windowMs`, nobody knows when first. Each set excludes the phases for which none begins
 * within it, widened by `apartMs`, which is how far the clock may have moved meanwhile. What is
 * excluded is kept as disjoint arcs of the circle [0, windowMs) in order.
 */
export function commonPhase(windowMs: number, apartMs: (runMs: number) => number): Borders {
  const from: number[] = [];
  const until: number[] = [];
  let widenMs = 0;

  /** Merges the arc [a, b] of [0, windowMs] with all that it meets. */
  function exclude(a: number, b: number): void {
    const first = firstAtLeast(until, a);
    let last = first;
    let low = a;
    let high = b;
    for (; last < from.length && (from[last] ?? 0) <= b; last++) {
      low = Math.min(low, from[last] ?? 0);
      high = Math.max(high, until[last] ?? 0);
    }
    from.splice(first, last - first, low);
    until.splice(first, last - first, high);
  }

  return {
    begin(runMs) {
      from.length = 0;
      until.length = 0;
      widenMs = apartMs(runMs);
    },
    excludedBy(fromMs, untilMs) {
      const lengthMs = windowMs - (untilMs - fromMs) - 2 * widenMs;
      if (lengthMs <= 0) return false;
      const beginsMs = untilMs + widenMs;
      const a = beginsMs - windowMs * Math.floor(beginsMs / windowMs);
      exclude(a, Math.min(windowMs, a + lengthMs));
      if (a + lengthMs > windowMs) exclude(0, a + lengthMs - windowMs);
      return from.length === 1 && (from[0] ?? 0) <= 0 && (until[0] ?? 0) >= windowMs;
    },
  };
}

/** Index of the first of the ascending `values` that is not below `least`. */
function firstAtLeast(values: readonly number[], least: number): number {
  let low = 0;
  let high = values.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((values[middle] ?? 0) < least) low = middle + 1;
    else high = middle;
  }
  return low;
}
