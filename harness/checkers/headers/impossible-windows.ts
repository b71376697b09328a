import type { Promised } from "../../../limiter/promised.ts";
import { bordersFor } from "../../promises/borders.ts";
import type { Losses } from "../../promises/eras.ts";
import type { Terms } from "../../promises/promise.ts";
import { isParted, type Visitor } from "./visits-of.ts";

/** What is known of the limiter, and what it told. */
export interface ToldOfWindows {
  readonly promised: Extract<Promised, { kind: "fixed" }>;
  readonly terms: Terms;
  readonly losses: Losses;
  /** What remains, as the visit of that index was told; null where it was told nothing that can be judged. */
  readonly remainingAt: (index: number) => number | null;
}

/**
 * Indices of the visits that were told more than any fixed windows leave, by one client that asks one after the other.
 * Where all that was certainly let in from some visit on, and what remains, are more than the limit together, a window
 * began in between. Windows begin where their clock says, or no sooner than a window's length after the one before: where
 * that leaves no place, one of the answers was false, whatever the machine did; nor before the first visit, for nobody
 * else asks for its subject. No set reaches across a visit that cannot be judged, or a loss.
 */
export function impossibleWindows(
  { visits }: Visitor,
  { promised, terms, losses, remainingAt }: ToldOfWindows,
): number[] {
  const { limit, windowMs } = promised;
  const borders = bordersFor(promised, terms);
  const impossible: number[] = [];
  let certainMs: number[] = [];
  let closedMs = Number.NEGATIVE_INFINITY;
  let sinceMs = visits[0]?.sentMs ?? Number.NEGATIVE_INFINITY;
  const beginAnew = (): void => {
    borders.begin(sinceMs);
    certainMs = [];
    closedMs = Number.NEGATIVE_INFINITY;
  };
  beginAnew();
  let before = visits[0];
  for (const [index, visit] of visits.entries()) {
    const { sentMs, receivedMs, outcome } = visit;
    if (receivedMs === null) continue;
    const remaining = remainingAt(index);
    const parted = isParted(losses, before ?? visit, visit);
    // What was lost may have been lost in part.
    if (parted) sinceMs = Number.NEGATIVE_INFINITY;
    if (parted || remaining === null) beginAnew();
    before = visit;
    if (remaining === null) continue;
    if (outcome === "allowed") certainMs.push(sentMs);
    // So many visits, this one included, and what remains are one more than a window has.
    const count = limit - remaining + 1;
    const fromMs = count < 1 ? undefined : certainMs.at(-count);
    // A set that holds an earlier one says nothing new; one as long as a window says nothing.
    if (fromMs === undefined || fromMs <= closedMs || receivedMs - fromMs >= windowMs) continue;
    closedMs = fromMs;
    if (!borders.excludedBy(fromMs, receivedMs)) continue;
    impossible.push(index);
    beginAnew();
  }
  return impossible;
}
