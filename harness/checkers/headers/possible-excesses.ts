import type { Claim } from "../../history/evidence.ts";
import type { Visit } from "../../history/history.ts";
import { clearLedger, closeLedger, emptyLedger, enter, type Ledger } from "../../promises/ledger.ts";
import { termsOf } from "../../promises/promise.ts";
import { promiseOf } from "../../promises/promise-of.ts";
import { mayConsume } from "./visits-of.ts";

/**
 * By how much all that may have been consumed, the visit itself included, may have exceeded the lower promise's limit as
 * each was decided. It never rises between two instants of sending: both ends of a visit are enough. O(n log n).
 */
export function possibleExcesses(claim: Claim, visits: readonly Visit[]): Float64Array {
  const ledger = emptyLedger(visits.length);
  const atMs = new Float64Array(2 * visits.length);
  for (const [index, visit] of visits.entries()) {
    atMs[2 * index] = visit.sentMs;
    atMs[2 * index + 1] = visit.receivedMs ?? visit.sentMs;
    enterVisit(ledger, visit, claim);
  }
  closeLedger(ledger);
  const out = new Float64Array(atMs.length);
  promiseOf(claim.promises.lower).possibleExcess(ledger, termsOf(claim), atMs, atMs.length, out);
  return Float64Array.from(visits, (_, index) => Math.max(out[2 * index] ?? 0, out[2 * index + 1] ?? 0));
}

/**
 * The same at an instant after the visit of that index, if nobody comes meanwhile; indices ascend from call to call. What
 * was decided longer ago than the promise remembers is entered as one row, of all that it may have left just then: had all
 * of it been consumed so late, it would weigh no less. Infinity where the promise has no such sum, or is none.
 */
export function excessAfter(claim: Claim, visits: readonly Visit[]): (index: number, atMs: number) => number {
  const { memoryMs, possibleExcess, line } = promiseOf(claim.promises.lower);
  const terms = termsOf(claim);
  const excesses = possibleExcesses(claim, visits);
  const ledger = emptyLedger(visits.length + 1);
  const out = new Float64Array(1);
  let first = 0;
  return (index, atMs) => {
    const sinceMs = (visits[index]?.sentMs ?? 0) - memoryMs - terms.longSlackMs;
    while (first < index && (visits[first]?.receivedMs ?? Number.POSITIVE_INFINITY) < sinceMs) first++;
    clearLedger(ledger);
    if (first > 0) {
      const left = (excesses[first - 1] ?? 0) + line.burst;
      const leftMs = visits[first - 1]?.receivedMs ?? sinceMs;
      if (!Number.isFinite(left)) return Number.POSITIVE_INFINITY;
      if (left > 0) enter(ledger, leftMs, leftMs, left, 0);
    }
    for (const visit of visits.slice(first, index + 1)) enterVisit(ledger, visit, claim);
    closeLedger(ledger);
    possibleExcess(ledger, terms, Float64Array.of(atMs), 1, out);
    return out[0] ?? Number.POSITIVE_INFINITY;
  };
}

function enterVisit(ledger: Ledger, visit: Visit, { promises }: Claim): void {
  if (!mayConsume(visit, promises.deniedConsumes)) return;
  const { sentMs, receivedMs, outcome } = visit;
  const isKnown = outcome === "allowed" || outcome === "denied";
  enter(ledger, sentMs, isKnown && receivedMs !== null ? receivedMs : Number.POSITIVE_INFINITY, 1, 0);
}
