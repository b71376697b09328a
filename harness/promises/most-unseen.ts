import { costEndedBy, costSentBy } from "./cost-by.ts";
import type { Ledger } from "./ledger.ts";

/**
 * The highest cost that one window of two counters may hold unseen by the next, wherever the border between them lies, where
 * requests are stamped before they are decided: of those under way at the border, no more than what was sent while
 * they still were. Take as many of one or the other away, and all that is left saw what came before. O(n log n).
 */
export function mostUnseen(ledger: Ledger): number {
  const { length, sentMs, untilMs } = ledger;
  const sentBy = costSentBy(ledger);
  const endedBy = costEndedBy(ledger);
  let latestMs = Number.NEGATIVE_INFINITY;
  let most = 0;
  for (let row = 0; row < length; row++) {
    const borderMs = sentMs[row] ?? 0;
    latestMs = Math.max(latestMs, untilMs[row] ?? 0);
    const sent = sentBy(borderMs);
    most = Math.max(most, Math.min(sent - endedBy(borderMs), sentBy(latestMs) - sent));
  }
  return most;
}
