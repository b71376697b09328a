import { costEndedBy, costSentBy } from "./cost-by.ts";
import type { Ledger } from "./ledger.ts";
import type { PossibleWithin } from "./promise.ts";

/**
 * The cost, less `limit`, that may have counted for a decision whose stamp and whose look at the log both lie somewhere in
 * [sentMs, untilMs]: all that was sent by then, less what had certainly been decided `memoryMs` before. O(log n) each.
 */
export function possibleWithin(ledger: Ledger, memoryMs: number, limit: number): PossibleWithin {
  const sentBy = costSentBy(ledger);
  const endedBy = costEndedBy(ledger);
  return (sentMs, untilMs) => sentBy(untilMs) - endedBy(sentMs - memoryMs) - limit;
}
