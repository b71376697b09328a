import type { Ledger } from "./ledger.ts";
import type { Terms } from "./promise.ts";
import type { SpanRecord } from "./span-record.ts";
import { stepSpans } from "./step-spans.ts";

/**
 * The spans of a sliding log that stamps a request at any time between its sending and its decision.
 *
 * A span shorter than the window holds at most `limit`: all stamps lie in it, so none had expired by any decision in it. Let a
 * span begin at a. Of the first `limit` + 1 decided in it one had expired by the last decision, which is therefore after
 * a + windowMs. What is decided from there on was stamped at most the longest interval before, so the next that
 * exceeds is after a + 2 * windowMs - that interval, and so on: every window but the first may be as much shorter, and by
 * the clock's resolution.
 * So is a span of x to be judged by windows of V = windowMs - lag, as if it were x - lag long.
 */
export function earlyStamps(
  admitted: Ledger,
  { limit, windowMs }: { readonly limit: number; readonly windowMs: number },
  terms: Terms,
  spans: SpanRecord,
): void {
  const lagMs = admitted.longestMs + terms.slackMs;
  const shorterMs = windowMs - lagMs;
  // So many windows hold all that there is: of longer spans nothing is known.
  const unknown = Math.ceil(admitted.totalCost / limit);
  const stepsIn = (spanMs: number): number => {
    if (spanMs < shorterMs) return 0;
    return shorterMs > 0 ? Math.floor(spanMs / shorterMs) : unknown;
  };
  const shifted = {
    ...terms,
    slackMs: terms.slackMs - lagMs,
    longSlackMs: terms.longSlackMs - lagMs,
  };
  stepSpans(admitted, { limit, windowMs: Math.max(shorterMs, 1), stepsIn }, shifted, spans);
}
