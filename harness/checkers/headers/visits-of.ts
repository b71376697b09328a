import type { History, Visit } from "../../history/history.ts";
import { type Losses, lossesOf } from "../../promises/eras.ts";
import { declaresWithoutRedis, undeclaredReturnMs } from "../../promises/without-redis.ts";

/**
 * The visits of one subject, whose client asks one after the other, in order of time; where each replica keeps its promise
 * alone, those to one of them: what another one said or let in concerns it not.
 */
export interface Visitor {
  readonly subject: string;
  readonly visits: readonly Visit[];
}

/** `visits` by their subjects, and by replica where `promises` are kept by each alone. */
export function visitorsOf(visits: readonly Visit[], promises: History["promises"]): Visitor[] {
  const isPerReplica = promises.some((promised) => promised.isPerReplica === true);
  const byVisitor = new Map<string, Visit[]>();
  for (const visit of visits) {
    const name = isPerReplica ? `${visit.replica} ${visit.subject}` : visit.subject;
    const known = byVisitor.get(name);
    if (known === undefined) byVisitor.set(name, [visit]);
    else known.push(visit);
  }
  return [...byVisitor.values()].map((own) => ({ subject: own[0]?.subject ?? "", visits: own }));
}

/**
 * The visits of a run, as decided without Redis wherever nobody can tell: a limiter that declares what it does without
 * Redis, and does not say who decided, may do that from a fault of its replica on.
 */
export function decidedAlone({ visits = [], promises, faults }: History): readonly Visit[] {
  if (!declaresWithoutRedis(promises)) return visits;
  return visits.map((visit) => {
    const isAnswered = visit.outcome === "allowed" || visit.outcome === "denied";
    const isIn = faults.some(
      ({ replicas, fromMs }) =>
        replicas.includes(visit.replica) && (visit.receivedMs ?? visit.sentMs) >= fromMs,
    );
    return isAnswered && isIn && visit.source === "unlabelled" ? { ...visit, source: "local" } : visit;
  });
}

/**
 * Across what no visit is held against another: losses of state; and of a limiter that declares nothing for the time
 * without Redis every fault, until `undeclaredReturnMs` after its heal. Until then it breaks no word, whatever it says, and
 * what it asked of Redis meanwhile may be charged when nobody waits for it any more. This only takes visits out of what is
 * judged, so it convicts nobody.
 */
export function interruptionsOf({ promises, faults }: Pick<History, "promises" | "faults">): Losses {
  const losses = lossesOf(faults);
  if (declaresWithoutRedis(promises)) return losses;
  return {
    fromMs: [...losses.fromMs, ...faults.map(({ fromMs }) => fromMs)],
    untilMs: [...losses.untilMs, ...faults.map(({ untilMs }) => untilMs + undeclaredReturnMs)],
  };
}

/** Whether a fault of its replica was in force at some instant of it: that may be of the clock by which a date is one. */
export function isInFault({ replica, sentMs, receivedMs }: Visit, faults: History["faults"]): boolean {
  const endMs = receivedMs ?? Number.POSITIVE_INFINITY;
  return faults.some(
    ({ replicas, fromMs, untilMs }) => replicas.includes(replica) && endMs >= fromMs && sentMs <= untilMs,
  );
}

/** Whether state may have been lost in the span from one visit to the other, or in them. */
export function isParted({ fromMs, untilMs }: Losses, first: Visit, second: Visit): boolean {
  const endMs = second.receivedMs ?? Number.POSITIVE_INFINITY;
  return fromMs.some((from, index) => from <= endMs && (untilMs[index] ?? 0) >= first.sentMs);
}

/** Whether it may have used up something of what its subject is given. */
export function mayConsume({ outcome }: Visit, deniedConsumes: boolean): boolean {
  return outcome !== "denied" || deniedConsumes;
}

/**
 * Which of `visits` are judged by what came before: not those without Redis, nor those after one for so long as what it
 * used may count and be told to Redis yet (`memoryMs`), nor, where those `taint`, any after one whose outcome is unknown.
 * For so long after each of `losses`, too, what was lost may be told to Redis again, or not.
 */
export function clearVisits(
  { visits }: Visitor,
  memoryMs: number,
  ambiguous: "forgiven" | "taint",
  losses: Losses,
): boolean[] {
  let taintedUntilMs = Number.NEGATIVE_INFINITY;
  return visits.map(({ sentMs, receivedMs, outcome, source }) => {
    const isKnown = outcome === "allowed" || outcome === "denied";
    if (source === "local") taintedUntilMs = Math.max(taintedUntilMs, (receivedMs ?? sentMs) + memoryMs);
    else if (!isKnown && ambiguous === "taint") taintedUntilMs = Number.POSITIVE_INFINITY;
    const endMs = receivedMs ?? Number.POSITIVE_INFINITY;
    const isWhole = losses.fromMs.every(
      (fromMs, index) => endMs < fromMs || sentMs > (losses.untilMs[index] ?? 0) + memoryMs,
    );
    return isWhole && source !== "local" && sentMs >= taintedUntilMs;
  });
}
