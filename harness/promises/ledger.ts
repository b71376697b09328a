import { orderByUntil } from "./order-by-until.ts";

/**
 * Costs of one subject and the intervals in which they were consumed: rows [0, length) of columns that are
 * larger, and that are filled again for the next subject. Nothing is allocated for a row.
 */
export interface Ledger {
  length: number;
  /** Rows with a finite `untilMs`. */
  ended: number;
  /** Cost of all rows. */
  totalCost: number;
  /** The longest finite interval. */
  longestMs: number;
  /** Nobody had asked for the subject before, so that nothing is known of it; -Infinity where that cannot be said. */
  sinceMs: number;
  /** Ascending. */
  readonly sentMs: Float64Array;
  /** Infinity where the row may still be consumed at any later time. */
  readonly untilMs: Float64Array;
  readonly cost: Float64Array;
  readonly phase: Uint8Array;
  /** The rows with a finite `untilMs`, [0, ended), in order of it. */
  readonly byUntil: Uint32Array;
  /** Room for whoever works on the ledger; its content is nobody's. */
  readonly scratch: LedgerScratch;
}

/** Columns as long as those of the ledger. */
export interface LedgerScratch {
  readonly first: Uint32Array;
  readonly second: Uint32Array;
  readonly third: Float64Array;
}

/** An empty ledger with room for `capacity` rows. */
export function emptyLedger(capacity: number): Ledger {
  return {
    length: 0,
    ended: 0,
    totalCost: 0,
    longestMs: 0,
    sinceMs: Number.NEGATIVE_INFINITY,
    sentMs: new Float64Array(capacity),
    untilMs: new Float64Array(capacity),
    cost: new Float64Array(capacity),
    phase: new Uint8Array(capacity),
    byUntil: new Uint32Array(capacity),
    scratch: {
      first: new Uint32Array(capacity),
      second: new Uint32Array(capacity),
      third: new Float64Array(capacity),
    },
  };
}

/** Forgets all rows, and since when there may be any. */
export function clearLedger(ledger: Ledger): void {
  ledger.length = 0;
  ledger.ended = 0;
  ledger.totalCost = 0;
  ledger.longestMs = 0;
  ledger.sinceMs = Number.NEGATIVE_INFINITY;
}

/** Adds a row; rows come in order of `sentMs`. */
export function enter(ledger: Ledger, sentMs: number, untilMs: number, cost: number, phase: number): void {
  const at = ledger.length++;
  ledger.sentMs[at] = sentMs;
  ledger.untilMs[at] = untilMs;
  ledger.cost[at] = cost;
  ledger.phase[at] = phase;
  ledger.totalCost += cost;
  if (untilMs === Number.POSITIVE_INFINITY) return;
  ledger.byUntil[ledger.ended++] = at;
  if (untilMs - sentMs > ledger.longestMs) ledger.longestMs = untilMs - sentMs;
}

/** Call once all rows are entered: puts `byUntil` in order. */
export function closeLedger(ledger: Ledger): void {
  orderByUntil(ledger.byUntil, ledger.ended, ledger.untilMs, ledger.scratch.first);
}
