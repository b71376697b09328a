import type { Promised } from "../../limiter/promised.ts";
import { type AffineCurve, affineSpans } from "./affine-spans.ts";
import { borderSpans } from "./border-spans.ts";
import { counterSpans } from "./counter-spans.ts";
import { isInOneWindow } from "./is-in-one-window.ts";
import { lateLooks } from "./late-looks.ts";
import { mostUnseen } from "./most-unseen.ts";
import { possibleBorders } from "./possible-borders.ts";
import { possibleCounters } from "./possible-counters.ts";
import type { PromiseKind } from "./promise.ts";

/**
 * The sliding counter: the count of this window, plus that of the one before in proportion to how much of it the last
 * windowMs still cover. The curve holds wherever windows begin; only of those of the clock is more known.
 */
export function twoCountersPromise(promised: Extract<Promised, { kind: "two-counters" }>): PromiseKind {
  const { limit, windowMs, floorsPrevious = false, phase = "epoch", stampedBefore = false } = promised;
  const ratePerMs = limit / windowMs;
  const rounded = floorsPrevious ? 1 : 0;
  const { curve } = affineOf(limit, limit + rounded, windowMs);
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
      phase === "epoch" && isInOneWindow(sentMs, untilMs, windowMs, terms) ? 0 : cost,
    judgeSpans(admitted, terms, spans) {
      // At each border, those under way may have been stamped before it and decided after all that came then.
      const unseen = stampedBefore ? mostUnseen(admitted) : 0;
      const line = affineOf(limit + unseen, limit + unseen + rounded, windowMs);
      affineSpans(admitted, line, terms, spans);
      if (phase === "epoch") counterSpans(admitted, promised, terms, spans);
      else borderSpans(admitted, { limit, windowMs, floorsPrevious }, terms, spans);
    },
    possibleExcess(consumed, terms, atMs, count, out) {
      if (phase === "epoch") possibleCounters(consumed, counters, terms, atMs, count, out);
      else possibleBorders(consumed, counters, terms.slackMs, atMs, count, out);
    },
    ...(stampedBefore && { possibleWithin: (consumed) => lateLooks(consumed) }),
  };
}

function affineOf(limit: number, burst: number, windowMs: number): AffineCurve {
  const curve = (spanMs: number): number => Math.floor(burst + (spanMs * limit) / windowMs);
  return { ratePerMs: limit / windowMs, windowMs, curve };
}
