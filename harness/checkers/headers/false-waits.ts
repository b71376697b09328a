import type { ToldWait } from "../../headers/told-wait.ts";
import type { Claim } from "../../history/evidence.ts";
import type { Visit } from "../../history/history.ts";
import type { Losses } from "../../promises/eras.ts";
import { isInOneWindow } from "../../promises/is-in-one-window.ts";
import { slackOf, termsOf } from "../../promises/promise.ts";
import { promiseOf } from "../../promises/promise-of.ts";
import { called, duration } from "../../promises/wording.ts";
import { whenWords } from "./come-backs.ts";
import { excessAfter } from "./possible-excesses.ts";
import { clearVisits, isParted, type Visitor } from "./visits-of.ts";

/** What one client was told, and when the limiter may have lost what it knew. */
export interface FalseWaitsOptions {
  readonly waitOf: (visit: Visit) => ToldWait | null;
  readonly losses: Losses;
}

/**
 * Holds each `Retry-After` against what the client itself had used, whether or not it came back. Too late: a second before
 * it was told to come, every policy would have let it in, even had all counted that it may have used, and as long as it
 * may. Too early: at the instant that it was told, to let it in would break a promise by what it had certainly used. A
 * date is two seconds earlier or later in this, whichever makes it true: so much may be rounded away. So the answer was
 * false as it was given, however slow the machine; nothing that came later matters.
 */
export function falseWaits(
  visitor: Visitor,
  claims: readonly Claim[],
  { waitOf, losses }: FalseWaitsOptions,
): string[] {
  const isTooLate = tooLate(visitor, claims);
  const judges = claims.map((claim) => tooEarly(claim, visitor, losses));
  const memoryMs = claims.reduce((most, claim) => {
    const ms = promiseOf(claim.promises.upper).memoryMs + termsOf(claim).longSlackMs;
    return Math.max(most, ms);
  }, 0);
  const isClear = clearVisits(visitor, memoryMs, "taint", losses);
  const mistakes: string[] = [];
  for (const [index, visit] of visitor.visits.entries()) {
    const wait = visit.outcome === "denied" && isClear[index] ? waitOf(visit) : null;
    if (wait === null) continue;
    const { waitMs, soonerMs } = wait;
    const when = waitMs < 0 ? `come back ${whenWords(waitMs)}` : `wait ${duration(waitMs)}`;
    const told = `${called(visitor.subject)} was told to ${when}, where`;
    if (isTooLate(index, wait))
      mistakes.push(`${told} all that it used leaves room within ${duration(waitMs - soonerMs)}`);
    if (judges.some((isTooEarly) => isTooEarly(index, wait)))
      mistakes.push(`${told} what it used leaves no room by then`);
  }
  return mistakes;
}

type Judge = (index: number, wait: ToldWait) => boolean;

/** Whom others may use up a policy with, nobody can say so of. */
function tooLate({ visits }: Visitor, claims: readonly Claim[]): Judge {
  if (claims.some(({ policy: { by = "client" } }) => by !== "client")) return () => false;
  const afters = claims.map((claim) => ({
    slackMs: termsOf(claim).longSlackMs,
    excess: excessAfter(claim, visits),
  }));
  return (index, { waitMs, soonerMs }) => {
    const earliestMs = (visits[index]?.sentMs ?? 0) + waitMs - soonerMs;
    return (
      waitMs > soonerMs && afters.every(({ slackMs, excess }) => excess(index, earliestMs - slackMs) <= -1)
    );
  };
}

function tooEarly(claim: Claim, { visits }: Visitor, losses: Losses): Judge {
  const { upper: promised } = claim.promises;
  const upper = promiseOf(promised);
  const terms = termsOf(claim);
  const { windowMs } = claim.policy;
  const isEpoch = promised.kind === "fixed" && promised.phase === "epoch";
  const mostIn = (fromMs: number, untilMs: number): number => {
    const spanMs = untilMs - fromMs;
    if (isEpoch && isInOneWindow(fromMs, untilMs, windowMs, terms)) return upper.curve(0);
    return upper.curve(spanMs + slackOf(terms, windowMs, spanMs));
  };
  return (index, { waitMs, laterMs }) => {
    const told = visits[index];
    if (told === undefined || told.receivedMs === null) return false;
    const backMs = told.receivedMs + Math.max(0, waitMs + laterMs);
    let certain = 1;
    for (let at = index - 1; at >= 0; at--) {
      const before = visits[at];
      if (before === undefined || before.sentMs < told.sentMs - upper.memoryMs - terms.longSlackMs) break;
      if (isParted(losses, before, told)) break;
      if (before.outcome !== "allowed" || before.source === "local") continue;
      certain++;
      if (certain > mostIn(before.sentMs, backMs)) return true;
    }
    return false;
  };
}
