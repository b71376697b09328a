import type { Ledger } from "./ledger.ts";

/**
 * Writes the cost that may have been consumed in (t - `memoryMs`, t], less `limit`, for each t of `atMs`: all that
 * was sent by t, less what had certainly been decided by t - `memoryMs`. Linear.
 */
export function possibleSince(
  { length, ended, sentMs, untilMs, cost, byUntil }: Ledger,
  memoryMs: number,
  limit: number,
  atMs: Float64Array,
  count: number,
  out: Float64Array,
): void {
  let sent = 0;
  let gone = 0;
  let possible = 0;
  for (let k = 0; k < count; k++) {
    const t = atMs[k] ?? 0;
    while (sent < length && (sentMs[sent] ?? 0) <= t) possible += cost[sent++] ?? 0;
    while (gone < ended && (untilMs[byUntil[gone] ?? 0] ?? 0) <= t - memoryMs) {
      possible -= cost[byUntil[gone++] ?? 0] ?? 0;
    }
    out[k] = possible - limit;
  }
}
