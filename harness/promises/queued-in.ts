import { kindCode, type Traces } from "../history/traces.ts";
import type { Admissions } from "./admissions.ts";

/** What a limiter that lets its requests wait, a leaky bucket as a queue, hides from spans. */
export interface Queued {
  /** The median wait for an answer that lets in, in milliseconds. */
  readonly waitMs: number;
  /** A span so long would show all but `blindShare` of what is allowed, if all went on as in the fullest one. */
  readonly enoughMs: number;
}

/**
 * What waiting has to do with it that the fullest span that ends in the phase does not show enough; `null` where waits
 * explain less than half of what it does not show, or its requests were let in slower than is allowed for long, so that a
 * longer one need not show more. A span never holds what was sent before it or answered after it: that is the same
 * for a longer one, of which it is a smaller share.
 */
export function queuedIn(
  { claim, kind, spans }: Admissions,
  code: number,
  blindShare: number,
): Queued | null {
  const spanMs = spans.fullestMs[code] ?? 0;
  const bound = kind.curve(spanMs);
  const shown = bound * (spans.fullest[code] ?? 0);
  const unseen = bound - shown;
  const { ratePerMs } = kind.line;
  const waitMs = medianWait(claim.traces, code);
  const isSteady = spanMs >= 2 * waitMs && shown >= steadyShare * ratePerMs * (spanMs - waitMs);
  if (!isSteady || !(unseen > 0) || waitMs * ratePerMs < unseen / 2) return null;
  return { waitMs, enoughMs: spanMs + Math.max(0, unseen / blindShare - bound) / ratePerMs };
}

/** Who lets in this share of what is allowed for long keeps its pace. */
const steadyShare = 0.9;

/** So many waits, evenly spread, are enough for a median. */
const mostWaits = 1_000;

/** Of requests of the phase that were let in; 0 if there are none. */
function medianWait({ kind, phase, sentMs, untilMs }: Traces, code: number): number {
  const waits: number[] = [];
  for (let i = 0; i < kind.length; i++)
    if (kind[i] === kindCode.allowed && phase[i] === code) waits.push((untilMs[i] ?? 0) - (sentMs[i] ?? 0));
  const step = Math.ceil(waits.length / mostWaits);
  const some = waits.filter((_, index) => index % step === 0).sort((a, b) => a - b);
  return some[Math.floor(some.length / 2)] ?? 0;
}
