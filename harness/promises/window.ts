import type { Promised } from "../../limiter/promised.ts";
import { earlyStamps } from "./early-stamps.ts";
import { possibleSince } from "./possible-since.ts";
import { possibleWithin } from "./possible-within.ts";
import type { PromiseKind } from "./promise.ts";
import { stepSpans } from "./step-spans.ts";

/**
 * The exact sliding window: at most `limit` in every (t - windowMs, t], so up to twice that in a *closed* span of
 * exactly windowMs, and a denial only where it would be exceeded.
 */
export function windowPromise(promised: Extract<Promised, { kind: "window" }>): PromiseKind {
  const { limit, windowMs, stampedBefore = false } = promised;
  const stepsIn = (spanMs: number): number => Math.floor(spanMs / windowMs);
  return {
    capacity: limit,
    memoryMs: windowMs,
    line: { burst: limit, ratePerMs: limit / windowMs },
    several: (count) => ({ ...promised, limit: count * limit }),
    curve: (spanMs) => limit * (stepsIn(spanMs) + 1),
    slidesMs: windowMs,
    leavesBehind: () => 0,
    judgeSpans(admitted, terms, spans) {
      if (stampedBefore) earlyStamps(admitted, { limit, windowMs }, terms, spans);
      else stepSpans(admitted, { limit, windowMs, stepsIn }, terms, spans);
    },
    possibleExcess: (consumed, { slackMs }, atMs, count, out) =>
      possibleSince(consumed, windowMs + slackMs, limit, atMs, count, out),
    ...(stampedBefore && {
      possibleWithin: (consumed, { slackMs }) => possibleWithin(consumed, windowMs + slackMs, limit),
    }),
  };
}
