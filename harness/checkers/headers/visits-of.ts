import type { Visit } from "../../history/history.ts";

/** The visits of one subject, whose client asks one after the other; in order of time. */
export interface Visitor {
  readonly subject: string;
  readonly visits: readonly Visit[];
}

/** `visits` by their subjects. */
export function visitorsOf(visits: readonly Visit[]): Visitor[] {
  const bySubject = new Map<string, Visit[]>();
  for (const visit of visits) {
    const known = bySubject.get(visit.subject);
    if (known === undefined) bySubject.set(visit.subject, [visit]);
    else known.push(visit);
  }
  return [...bySubject].map(([subject, own]) => ({ subject, visits: own }));
}

/** Whether it may have used up something of what its subject is given. */
export function mayConsume({ outcome }: Visit, deniedConsumes: boolean): boolean {
  return outcome !== "denied" || deniedConsumes;
}

/**
 * Which of `visits` are judged by what came before: not those without Redis, nor those after one for so long as what it
 * used may count and be told to Redis yet (`memoryMs`), nor, where those `taint`, any after one whose outcome is unknown.
 */
export function clearVisits(
  { visits }: Visitor,
  memoryMs: number,
  ambiguous: "forgiven" | "taint",
): boolean[] {
  let taintedUntilMs = Number.NEGATIVE_INFINITY;
  return visits.map(({ sentMs, receivedMs, outcome, source }) => {
    const isKnown = outcome === "allowed" || outcome === "denied";
    if (source === "local") taintedUntilMs = Math.max(taintedUntilMs, (receivedMs ?? sentMs) + memoryMs);
    else if (!isKnown && ambiguous === "taint") taintedUntilMs = Number.POSITIVE_INFINITY;
    return source !== "local" && sentMs >= taintedUntilMs;
  });
}
