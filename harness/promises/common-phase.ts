import type { Borders } from "./borders.ts";

/**
 * How far borders may be from where they would be if they were `windowMs` apart: `apartMs` each, in both directions, and
 * `driftMs` more from each window to the next, which adds up.
 */
export interface Wander {
  readonly apartMs: number;
  readonly driftMs: number;
}

/**
 * Windows that begin every `windowMs`, nobody knows when first, and wander: a clock by its offset, a timer that is
 * late (`setInterval`, `sleep`) by its lateness, again and again. Kept is where the first border after the beginning of the
 * last set may be: disjoint ranges in order, open at their beginning. O(1) each set, for every range.
 *
 * Sound, since the borders of an innocent limiter are among those kept: the first one after the beginning of a
 * set is in the set, and it is the same as that of the set before, or follows it window by window. Drift goes both ways:
 * a timer is only late, but a clock that nobody reads may be slow or fast. Each new set narrows the ranges again, so what
 * a long run wanders does not blunt what is seen of two neighbouring windows.
 */
export function commonPhase(windowMs: number, { apartMs, driftMs }: Wander): Borders {
  let from: number[] = [];
  let until: number[] = [];
  let head = 0;
  let isAnywhere = true;

  /** Adds (a, b] behind all others; it may meet the last of them. */
  function append(a: number, b: number): void {
    if (a >= b) return;
    let [low, high] = [a, b];
    while (from.length > head && (until.at(-1) ?? 0) >= low) {
      low = Math.min(low, from.pop() ?? low);
      high = Math.max(high, until.pop() ?? high);
    }
    from.push(low);
    until.push(high);
  }

  /** Where the border that was in (a, b] is followed by the first after `fromMs`, if that is not after `untilMs`. */
  function follow(a: number, b: number, fromMs: number, untilMs: number): void {
    const shortestMs = windowMs - driftMs;
    const longestMs = windowMs + driftMs;
    const lastMs = Math.min(untilMs, fromMs + longestMs);
    const least = Math.max(1, Math.floor((fromMs - b) / longestMs));
    for (let windows = least; a + windows * shortestMs < lastMs; windows++)
      append(Math.max(fromMs, a + windows * shortestMs), Math.min(lastMs, b + windows * longestMs));
  }

  return {
    begin() {
      from = [];
      until = [];
      head = 0;
      isAnywhere = true;
    },
    excludedBy(setFromMs, setUntilMs) {
      const fromMs = setFromMs - apartMs;
      const untilMs = setUntilMs + apartMs;
      if (untilMs - fromMs >= windowMs) return false;
      if (isAnywhere) append(fromMs, untilMs);
      isAnywhere = false;
      while (head < from.length && (from[head] ?? 0) < fromMs) {
        const [a, b] = [from[head] ?? 0, until[head] ?? 0];
        if (b > fromMs) from[head] = fromMs;
        else head++;
        follow(a, Math.min(b, fromMs), fromMs, untilMs);
      }
      return head >= from.length;
    },
  };
}
