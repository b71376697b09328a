import { costSentBy } from "./cost-by.ts";
import type { Ledger } from "./ledger.ts";
import type { PossibleWithin } from "./promise.ts";

/**
 * The excess for a decision that is stamped somewhere in [sentMs, untilMs] and looks at what is charged some time later in
 * there: what may have been charged when it was sent, without anything that leaked or aged since, and all that was sent
 * while it was under way. O(log n) each.
 *
 * Sound, since what a cost counts for never rises with the stamp of whoever looks, so the earliest stamp sees the most,
 * and what is decided before the look was sent before it. Where debt leaks by `ratePerMs`, one that was stamped later and
 * decided first has moved the bucket's time ahead, by less than the time from one end to the other: for that stamp all the
 * debt is as much higher.
 */
export function lateLooks(ledger: Ledger, ratePerMs = 0): PossibleWithin {
  const sentBy = costSentBy(ledger);
  return (sentMs, untilMs, excess) =>
    excess + sentBy(untilMs) - sentBy(sentMs) + (untilMs - sentMs) * ratePerMs;
}
