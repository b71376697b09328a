import { farSpans } from "./far-spans.ts";
import type { Ledger } from "./ledger.ts";
import type { Terms } from "./promise.ts";
import type { SpanRecord } from "./span-record.ts";

/** A curve of equal steps: `limit` * (n + 1) where n = `stepsIn(x)`. */
export interface StepCurve {
  readonly limit: number;
  readonly windowMs: number;
  /** floor(x / windowMs) or ceil(x / windowMs). */
  readonly stepsIn: (spanMs: number) => number;
}

/** Spans of so many steps are always tried one number of steps after another. */
const nearSteps = 2;

/**
 * Offers, for every number n of steps, the fullest spans that have no more than n. Where spans may be as short
 * as the longest interval this is one linear sweep for each n; the longer ones are all tried at once.
 */
export function stepSpans(ledger: Ledger, curve: StepCurve, terms: Terms, spans: SpanRecord): void {
  const { limit, windowMs, stepsIn } = curve;
  const { longSlackMs } = terms;
  const lastMs = ledger.untilMs[ledger.byUntil[ledger.ended - 1] ?? 0] ?? 0;
  const most = stepsIn(lastMs - (ledger.sentMs[0] ?? 0) + longSlackMs);
  const near = Math.max(nearSteps, stepsIn(ledger.longestMs + longSlackMs) + 1);
  for (let steps = 0; steps <= Math.min(most, near); steps++) {
    if (ledger.totalCost <= limit * (steps + 1) * leastFull(ledger, spans)) return;
    sweep(ledger, curve, steps, steps === 0 ? terms.slackMs : longSlackMs, spans);
  }
  if (most > near) farSpans(ledger, curve, near * windowMs, longSlackMs, spans);
}

/** No span of less than this share of its bound is news; never more than 1, for what exceeds it always is. */
export function leastFull({ length, phase }: Ledger, { fullest }: SpanRecord): number {
  let least = 1;
  for (let i = 0; i < length; i++) least = Math.min(least, fullest[phase[i] ?? 0] ?? 0);
  return least;
}

/**
 * Follows the earliest start of a span with at most `steps` steps that ends at b, while b goes through all ends.
 * A row counts while it has ended and has not begun before that start.
 */
function sweep(
  { length, ended, sentMs, untilMs, cost, phase, byUntil }: Ledger,
  { limit, stepsIn }: StepCurve,
  steps: number,
  slackMs: number,
  spans: SpanRecord,
): void {
  const bound = limit * (steps + 1);
  let start = 0;
  let inside = 0;
  for (let e = 0; e < ended; e++) {
    const row = byUntil[e] ?? 0;
    const endMs = untilMs[row] ?? 0;
    while (start < length && stepsIn(endMs - (sentMs[start] ?? 0) + slackMs) > steps) {
      // Rows that end at this very instant, this one and its ties, are not yet counted, or were with this start.
      if ((untilMs[start] ?? 0) < endMs) inside -= cost[start] ?? 0;
      start++;
    }
    if (row < start) continue;
    inside += cost[row] ?? 0;
    spans.offer(sentMs[start] ?? 0, endMs, inside, bound, phase[row] ?? 0);
  }
}
