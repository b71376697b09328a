import type { Promised } from "../../limiter/promised.ts";
import { affineSpans } from "./affine-spans.ts";
import { lateLooks } from "./late-looks.ts";
import { possibleDebt } from "./possible-debt.ts";
import type { PromiseKind } from "./promise.ts";

/**
 * A bucket that holds `burst` and refills by `limit` every windowMs: gcra, token bucket, leaky bucket. Wherever it stamps,
 * spans hold no more than the curve: in the order of decisions its time never goes back, and from the stamp of the
 * first in a span to that of the last it goes no farther than the span.
 */
export function ratePromise(promised: Extract<Promised, { kind: "rate" }>): PromiseKind {
  const { burst, limit, windowMs, stampedBefore = false } = promised;
  const ratePerMs = limit / windowMs;
  const curve = (spanMs: number): number => Math.floor(burst + (spanMs * limit) / windowMs);
  return {
    capacity: burst,
    memoryMs: burst / ratePerMs,
    line: { burst, ratePerMs },
    several: (count) => ({ kind: "rate", burst: count * burst, limit: count * limit, windowMs }),
    curve,
    slidesMs: 0,
    leavesBehind: (cost, sentMs, untilMs, terms) =>
      Math.min(cost, (untilMs - sentMs + terms.slackMs) * ratePerMs),
    judgeSpans: (admitted, terms, spans) =>
      affineSpans(admitted, { ratePerMs, windowMs, curve }, terms, spans),
    possibleExcess(consumed, terms, atMs, count, out) {
      // A bucket that is never empty remembers all that was ever put in, and how the clock has wandered since.
      possibleDebt(consumed, ratePerMs, burst - terms.longSlackMs * ratePerMs, atMs, count, out);
    },
    ...(stampedBefore && { possibleWithin: (consumed) => lateLooks(consumed, ratePerMs) }),
  };
}
