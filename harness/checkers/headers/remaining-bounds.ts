import type { Claim } from "../../history/evidence.ts";
import type { Losses } from "../../promises/eras.ts";
import { clearLedger, closeLedger, emptyLedger, enter, type Ledger } from "../../promises/ledger.ts";
import { slackOf, termsOf } from "../../promises/promise.ts";
import { promiseOf } from "../../promises/promise-of.ts";
import { isParted, mayConsume, type Visitor } from "./visits-of.ts";

/** What a limiter that keeps its promise can say to one visit. */
export interface RemainingBounds {
  /** Less cannot remain, whatever was charged in vain. */
  readonly atLeast: number;
  /** More cannot remain: to let it in would break the promise. */
  readonly atMost: number;
  /** By then all that the subject ever used is forgotten, counted from the answer. */
  readonly resetAtMostMs: number;
}

/**
 * For each visit of `visitor`, whose requests cost one each: what may remain after it. At most what the upper promise
 * leaves of every span that ends with the answer and in which nothing was lost, at least what the lower one leaves of all
 * that may have been consumed, lost or not.
 */
export function remainingBounds(claim: Claim, { visits }: Visitor, losses: Losses): RemainingBounds[] {
  const { promises } = claim;
  const upper = promiseOf(promises.upper);
  const lower = promiseOf(promises.lower);
  const terms = termsOf(claim);
  const windowMs = claim.policy.windowMs;
  const ledger = emptyLedger(visits.length);
  let latestMs = Number.NEGATIVE_INFINITY;
  return visits.map((visit, index) => {
    const { sentMs, receivedMs } = visit;
    const endMs = receivedMs ?? Number.POSITIVE_INFINITY;
    fill(ledger, claim, visits.slice(0, index));
    const excess = new Float64Array(2);
    lower.possibleExcess(ledger, terms, Float64Array.of(sentMs, endMs), 2, excess);
    const own = visit.outcome === "allowed" ? 1 : 0;
    const atLeast = Math.floor(-Math.max(excess[0] ?? 0, excess[1] ?? 0) - own);
    if (mayConsume(visit, promises.deniedConsumes)) latestMs = endMs;
    let certain = 0;
    let atMost = Number.POSITIVE_INFINITY;
    for (let at = index; at >= 0; at--) {
      const before = visits[at];
      if (before?.outcome !== "allowed" || before.source === "local") continue;
      if (isParted(losses, before, visit)) break;
      certain++;
      const spanMs = endMs - before.sentMs;
      atMost = Math.min(atMost, upper.curve(spanMs + slackOf(terms, windowMs, spanMs)) - certain);
    }
    const most = Math.min(atMost, upper.curve(0));
    const forgottenMs = latestMs + upper.memoryMs - sentMs + terms.longSlackMs;
    return { atLeast: Math.max(0, atLeast), atMost: Math.max(0, most), resetAtMostMs: forgottenMs };
  });
}

function fill(ledger: Ledger, { promises }: Claim, visits: Visitor["visits"]): void {
  clearLedger(ledger);
  for (const visit of visits) {
    if (!mayConsume(visit, promises.deniedConsumes)) continue;
    const isKnown = visit.outcome === "allowed" || visit.outcome === "denied";
    const untilMs = isKnown ? (visit.receivedMs ?? Number.POSITIVE_INFINITY) : Number.POSITIVE_INFINITY;
    enter(ledger, visit.sentMs, untilMs, 1, 0);
  }
  closeLedger(ledger);
}
