import type { Interval } from "./brute-force.ts";
import { closeLedger, emptyLedger, enter, type Ledger } from "./ledger.ts";

/** Test support: a ledger of `rows` in any order, all of one phase, before which there was nothing. */
export function ledgerFromIntervals(rows: readonly Interval[], phase = 0): Ledger {
  const ledger = emptyLedger(rows.length);
  const sorted = rows.slice().sort((a, b) => a.sentMs - b.sentMs);
  for (const { sentMs, untilMs, cost } of sorted) enter(ledger, sentMs, untilMs, cost, phase);
  ledger.sinceMs = sorted[0]?.sentMs ?? Number.NEGATIVE_INFINITY;
  closeLedger(ledger);
  return ledger;
}
