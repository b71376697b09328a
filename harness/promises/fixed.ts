import type { Promised } from "../../limiter/promised.ts";
import { bordersFor } from "./borders.ts";
import { isInOneWindow } from "./is-in-one-window.ts";
import { judgeByBorders } from "./judge-by-borders.ts";
import { possibleCounters } from "./possible-counters.ts";
import { possibleSince } from "./possible-since.ts";
import type { PromiseKind } from "./promise.ts";
import { stepSpans } from "./step-spans.ts";

/**
 * Windows that lie end to end, each with `limit` of its own. Any span may hold one window more than its length
 * suggests, so the curve alone is nearly blind: what convicts is that all windows must lie *somewhere*.
 */
export function fixedPromise(promised: Extract<Promised, { kind: "fixed" }>): PromiseKind {
  const { limit, windowMs, phase } = promised;
  const stepsIn = (spanMs: number): number => Math.ceil(spanMs / windowMs);
  const counters = { limit, windowMs, previousCounts: false };
  return {
    capacity: limit,
    memoryMs: windowMs,
    line: { burst: 2 * limit, ratePerMs: limit / windowMs },
    // Only windows that all follow one clock begin together.
    several: (count) =>
      phase === "epoch"
        ? { ...promised, limit: count * limit }
        : { kind: "rate", burst: 2 * count * limit, limit: count * limit, windowMs },
    curve: (spanMs) => limit * (stepsIn(spanMs) + 1),
    slidesMs: 0,
    leavesBehind: (cost, sentMs, untilMs, terms) =>
      phase === "epoch" && isInOneWindow(sentMs, untilMs, windowMs, terms) ? 0 : cost,
    judgeSpans(admitted, terms, spans) {
      stepSpans(admitted, { limit, windowMs, stepsIn }, terms, spans);
      judgeByBorders(admitted, limit, windowMs, bordersFor(promised, terms), spans);
    },
    possibleExcess(consumed, terms, atMs, count, out) {
      if (phase === "epoch") possibleCounters(consumed, counters, terms, atMs, count, out);
      else possibleSince(consumed, windowMs + terms.slackMs, limit, atMs, count, out);
    },
  };
}
