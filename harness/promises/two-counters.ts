import type { Promised } from "../../limiter/promised.ts";
import { affineSpans } from "./affine-spans.ts";
import { counterSpans } from "./counter-spans.ts";
import { isInOneWindow } from "./is-in-one-window.ts";
import { possibleCounters } from "./possible-counters.ts";
import type { PromiseKind } from "./promise.ts";

/**
 * The sliding counter: the count of this window of the clock, plus that of the one before in proportion to how
 * much of it the last windowMs still cover.
 */
export function twoCountersPromise(promised: Extract<Promised, { kind: "two-counters" }>): PromiseKind {
  const { limit, windowMs, floorsPrevious = false } = promised;
  const ratePerMs = limit / windowMs;
  const rounded = floorsPrevious ? 1 : 0;
  const curve = (spanMs: number): number => Math.floor(limit + (spanMs * limit) / windowMs) + rounded;
  // Rounding the previous count down denies less, never more: one rule for denials serves both.
  const counters = { limit, windowMs, previousCounts: true };
  return {
    capacity: limit,
    memoryMs: 2 * windowMs,
    line: { burst: limit + rounded, ratePerMs },
    several: (count) => ({
      kind: "rate",
      burst: count * (limit + rounded),
      limit: count * limit,
      windowMs,
    }),
    curve,
    slidesMs: 0,
    leavesBehind: (cost, sentMs, untilMs, terms) =>
      isInOneWindow(sentMs, untilMs, windowMs, terms) ? 0 : cost,
    judgeSpans(admitted, terms, spans) {
      affineSpans(admitted, { ratePerMs, windowMs, curve }, terms, spans);
      counterSpans(admitted, promised, terms, spans);
    },
    possibleExcess: (consumed, terms, atMs, count, out) =>
      possibleCounters(consumed, counters, terms, atMs, count, out),
  };
}
