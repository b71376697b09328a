import type { Bounds } from "../system/gateway-steering.ts";

/**
 * How far a clock is ahead of the machine's, given that it showed `shownMs` (milliseconds since 1970) at some instant
 * between two readings of Date.now(), which counts whole milliseconds, rounded down.
 */
export function aheadBounds(shownMs: number, beforeMs: number, afterMs: number): Bounds {
  return { atLeastMs: shownMs - (afterMs + 1), atMostMs: shownMs - beforeMs };
}

/** True if a clock certainly moved between two readings, and by `jumpMs` as far as they can tell. */
export function hasJumped(before: Bounds, now: Bounds, jumpMs: number): boolean {
  const atLeastMs = now.atLeastMs - before.atMostMs;
  const atMostMs = now.atMostMs - before.atLeastMs;
  const isCertain = atLeastMs > 0 || atMostMs < 0;
  return isCertain && atLeastMs - 1 <= jumpMs && jumpMs <= atMostMs + 1;
}

/** True if a clock may be where it was. */
export function isBack(before: Bounds, now: Bounds): boolean {
  return now.atLeastMs <= before.atMostMs + 1 && now.atMostMs >= before.atLeastMs - 1;
}

/** `3599999 to 3600001 ms`, `-501 to -499 ms`: in which bounds all of them are ahead. */
export function aheadWords(all: readonly Bounds[]): string {
  const least = Math.floor(Math.min(...all.map(({ atLeastMs }) => atLeastMs)));
  const most = Math.ceil(Math.max(...all.map(({ atMostMs }) => atMostMs)));
  return `${least} to ${most} ms`;
}

/** `ahead by 3600 s`, `back by 0.5 s`: a jump, for a legend. */
export function jumpWords(jumpMs: number): string {
  return `${jumpMs < 0 ? "back" : "ahead"} by ${Math.abs(jumpMs) / 1_000} s`;
}
