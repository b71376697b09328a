import type { Borders } from "./borders.ts";

/**
 * Windows that begin at the first hit after the one before has ended: at any instants that are `apartMs` or more
 * apart. Kept is where the last one may have begun, given that every set so far has one within it: disjoint
 * ranges in order. A set is never longer than a window, so a new one begins only where the last is too early for it.
 *
 * A set needs a window that begins after another, for it holds more than one has. No hit was before `sinceMs`, so no
 * window: the second began `apartMs` later or more, whoever was first, however long that took and whatever became of it.
 */
export function firstHit(apartMs: number): Borders {
  let from: number[] = [];
  let until: number[] = [];
  let head = 0;
  let secondMs = Number.NEGATIVE_INFINITY;
  return {
    begin(sinceMs) {
      from = [Number.NEGATIVE_INFINITY];
      until = [Number.NEGATIVE_INFINITY];
      head = 0;
      secondMs = sinceMs + apartMs;
    },
    excludedBy(fromMs, untilMs) {
      const earliestMs = from[head] ?? Number.NEGATIVE_INFINITY;
      if (earliestMs >= fromMs) return false;
      while (head < from.length && (until[head] ?? 0) < fromMs) head++;
      if (head < from.length) from[head] = Math.max(from[head] ?? 0, fromMs);
      let beginMs = Math.max(fromMs, earliestMs + apartMs, secondMs);
      if (beginMs <= untilMs) {
        while (from.length > head && (until.at(-1) ?? 0) >= beginMs) {
          beginMs = Math.min(beginMs, from.pop() ?? beginMs);
          until.pop();
        }
        from.push(beginMs);
        until.push(untilMs);
      }
      return head >= from.length;
    },
  };
}
