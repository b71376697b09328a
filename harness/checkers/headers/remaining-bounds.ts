import type { Claim } from "../../history/evidence.ts";
import type { Visit } from "../../history/history.ts";
import type { Losses } from "../../promises/eras.ts";
import { debtRounding } from "../../promises/possible-debt.ts";
import { slackOf, termsOf } from "../../promises/promise.ts";
import { promiseOf } from "../../promises/promise-of.ts";
import { possibleExcesses } from "./possible-excesses.ts";
import { isParted, mayConsume, type Visitor } from "./visits-of.ts";

/** What a limiter that keeps its promise can say to one visit. */
export interface RemainingBounds {
  /** Less cannot remain, whatever was charged in vain. */
  readonly atLeast: number;
  /** More cannot remain: to let it in would break the promise. */
  readonly atMost: number;
  /**
   * By then all that the subject ever used is forgotten, counted from the question; of one that was turned away for another
   * policy, or having used nothing, the end of a window that may have begun just then.
   */
  readonly resetAtMostMs: number;
}

/**
 * For each visit of `visitor`, whose requests cost one each: what may remain after it. At most what the upper promise
 * leaves of every span that ends with the answer and in which nothing was lost, at least what the lower one leaves of all
 * that may have been consumed, lost or not. `policies` is how many there are to be turned away for.
 */
export function remainingBounds(
  claim: Claim,
  { visits }: Visitor,
  losses: Losses,
  policies: number,
): RemainingBounds[] {
  const { promises } = claim;
  const { memoryMs } = promiseOf(promises.upper);
  const { longSlackMs } = termsOf(claim);
  const excess = possibleExcesses(claim, visits);
  const atMost = mostRemaining(claim, visits, losses);
  let latestMs = Number.NEGATIVE_INFINITY;
  return visits.map((visit, index) => {
    const { sentMs, receivedMs } = visit;
    const endMs = receivedMs ?? Number.POSITIVE_INFINITY;
    if (mayConsume(visit, promises.deniedConsumes)) latestMs = endMs;
    const isOfAnother = policies > 1 || latestMs === Number.NEGATIVE_INFINITY;
    const countedMs = isOfAnother ? endMs : latestMs;
    return {
      atLeast: Math.max(0, Math.floor(-(excess[index] ?? Number.POSITIVE_INFINITY))),
      atMost: Math.max(0, atMost[index] ?? Number.POSITIVE_INFINITY),
      resetAtMostMs: countedMs + memoryMs - sentMs + longSlackMs,
    };
  });
}

/**
 * What the upper promise leaves to each visit at most. A visit that was let in was itself charged at the instant of the
 * decision, so a span of no length has room for one less. Spans no longer than the promise remembers are each held
 * against the curve; longer ones can only bind a bucket that is never empty, and that has a straight line.
 */
function mostRemaining(claim: Claim, visits: readonly Visit[], losses: Losses): Float64Array {
  const upper = promiseOf(claim.promises.upper);
  const terms = termsOf(claim);
  const { windowMs } = claim.policy;
  const { burst, ratePerMs } = upper.line;
  const certainMs: number[] = [];
  let before: Visit | undefined;
  const originMs = visits[0]?.sentMs ?? 0;
  // The lowest of (certain visits before one) - (its instant) * ratePerMs.
  let lowest = Number.POSITIVE_INFINITY;
  return Float64Array.from(visits, (visit) => {
    const { sentMs, receivedMs, outcome, source } = visit;
    if (receivedMs === null) return Number.POSITIVE_INFINITY;
    if (isParted(losses, before ?? visit, visit)) {
      certainMs.length = 0;
      lowest = Number.POSITIVE_INFINITY;
    }
    before = visit;
    const isCertain = outcome === "allowed" && source !== "local" && !isParted(losses, visit, visit);
    if (isCertain) {
      lowest = Math.min(lowest, certainMs.length - (sentMs - originMs) * ratePerMs);
      certainMs.push(sentMs);
    }
    const leaked = (receivedMs - originMs + terms.longSlackMs) * ratePerMs;
    const byLine = Math.floor(burst + leaked - certainMs.length + lowest + debtRounding);
    let atMost = Math.min(byLine, upper.curve(0) - (isCertain ? 1 : 0));
    const sinceMs = receivedMs - upper.memoryMs - terms.longSlackMs;
    for (let at = certainMs.length - 1; at >= 0 && (certainMs[at] ?? 0) >= sinceMs; at--) {
      const spanMs = receivedMs - (certainMs[at] ?? 0);
      const left = upper.curve(spanMs + slackOf(terms, windowMs, spanMs)) - (certainMs.length - at);
      atMost = Math.min(atMost, left);
    }
    return atMost;
  });
}
