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

/** Retry-After counts whole seconds: the truth may be so much earlier. */
const resolutionMs = 1_000;

/**
 * Holds each `Retry-After` against every later visit of the same client before anything else was consumed: who comes no
 * sooner than told is let in, and who comes more than a second sooner is not. The first that comes in time ends it.
 */
export function comeBacks(
  { subject, visits }: Visitor,
  retryAfterOf: (visit: Visit) => number | null,
  { slackMs, memoryMs, deniedConsumes, losses }: ComeBackTerms,
): ComeBacks {
  const isClear = clearVisits({ subject, visits }, memoryMs + slackMs, "taint", losses);
  let [inTime, early] = [0, 0];
  const mistakes: string[] = [];
  for (const [index, told] of visits.entries()) {
    const waitMs = told.outcome === "denied" ? retryAfterOf(told) : null;
    if (waitMs === null || told.receivedMs === null) continue;
    for (let after = index + 1; isClear[index] && isClear[after]; after++) {
      const back = visits[after];
      if (back === undefined || isParted(losses, told, back)) break;
      const { receivedMs, sentMs, outcome } = back;
      const waitedMs = sentMs - told.receivedMs;
      const wasIn = (receivedMs ?? Number.POSITIVE_INFINITY) - told.sentMs;
      if (waitedMs >= waitMs + slackMs) {
        inTime++;
        if (outcome === "denied")
          mistakes.push(
            `${called(subject)} was told to come back after ${duration(waitMs)}, came after ${duration(waitedMs)}, and was turned away`,
          );
        break;
      } else if (wasIn < waitMs - resolutionMs - slackMs) {
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
