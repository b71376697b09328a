import type { ToldWait } from "../../headers/told-wait.ts";
import type { Visit } from "../../history/history.ts";
import type { Losses } from "../../promises/eras.ts";
import { called, duration } from "../../promises/wording.ts";
import { clearVisits, isParted, mayConsume, type Visitor } from "./visits-of.ts";

/** How clients fared that were told when to come back. */
export interface ComeBacks {
  /** Visits at or after the instant that an answer had told. */
  readonly inTime: number;
  /** Visits so early that the answer before said they would be turned away. */
  readonly early: number;
  /** Sentences on those that fared otherwise than they were told. */
  readonly mistakes: readonly string[];
}

/** What is known of the limiter. */
export interface ComeBackTerms {
  /** Of its clock. */
  readonly slackMs: number;
  /** How long what was consumed can matter. */
  readonly memoryMs: number;
  readonly deniedConsumes: boolean;
  /** When it may have lost what it knew. */
  readonly losses: Losses;
}

/**
 * Holds each `Retry-After` against every later visit of the same client before anything else was consumed: who comes no
 * sooner than told is let in, and who comes more than a second sooner is not; two seconds for a date, to either side, for
 * so much may be rounded away. The first that comes in time ends it, but for a denial that rounding explains. Both ends of
 * the wait are taken as the intervals of the two visits leave it shortest or longest, so no delay convicts.
 */
export function comeBacks(
  { subject, visits }: Visitor,
  waitOf: (visit: Visit) => ToldWait | null,
  { slackMs, memoryMs, deniedConsumes, losses }: ComeBackTerms,
): ComeBacks {
  const isClear = clearVisits({ subject, visits }, memoryMs + slackMs, "taint", losses);
  let [inTime, early] = [0, 0];
  const mistakes: string[] = [];
  for (const [index, told] of visits.entries()) {
    const wait = told.outcome === "denied" ? waitOf(told) : null;
    if (wait === null || told.receivedMs === null) continue;
    const { waitMs, soonerMs, laterMs } = wait;
    for (let after = index + 1; isClear[index] && isClear[after]; after++) {
      const back = visits[after];
      if (back === undefined || isParted(losses, told, back)) break;
      const { receivedMs, sentMs, outcome } = back;
      const waitedMs = sentMs - told.receivedMs;
      const wasIn = (receivedMs ?? Number.POSITIVE_INFINITY) - told.sentMs;
      const isRounded = outcome === "denied" && waitedMs < waitMs + laterMs + slackMs;
      if (waitedMs >= waitMs + slackMs && !isRounded) {
        inTime++;
        if (outcome === "denied")
          mistakes.push(
            `${called(subject)} was told to come back ${whenWords(waitMs)}, came after ${duration(waitedMs)}, and was turned away`,
          );
        break;
      } else if (wasIn < waitMs - soonerMs - slackMs) {
        early++;
        if (outcome === "allowed")
          mistakes.push(
            `${called(subject)} was told to wait ${duration(waitMs)}, and was let in after ${duration(wasIn)}`,
          );
      }
      if (mayConsume(back, deniedConsumes)) break;
    }
  }
  return { inTime, early, mistakes };
}

/** `after 3 s`, or `30 s ago` of a date that had passed. */
export function whenWords(waitMs: number): string {
  return waitMs < 0 ? `${duration(-waitMs)} ago` : `after ${duration(waitMs)}`;
}
