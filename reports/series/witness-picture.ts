import type { History } from "../../harness/history/history.ts";
import type { Witness, WitnessKind } from "../../harness/verdict/finding.ts";
import { letInPicture } from "./let-in-picture.ts";
import { turnedAwayPicture } from "./turned-away-picture.ts";

/** What a drawing of one span needs; instants are milliseconds after the span's start. */
export interface WitnessPicture {
  readonly spanMs: number;
  /** The requests that make the cost, in order of `atMs`. */
  readonly ticks: readonly Tick[];
  /** More than `ticks` when those were thinned, or when the witness does not name all of them. */
  readonly tickCount: number;
  /** When denied requests were sent. */
  readonly denied: readonly number[];
  readonly deniedCount: number;
  /** Corners of the bound from the span's start; empty when nothing bounds it. */
  readonly promise: readonly Corner[];
  /** What lies above it is too much; Infinity where nothing is. */
  readonly overAbove: number;
}

/** One request, from `sentMs` to `receivedMs`, at the height of `total`. */
export interface Tick {
  readonly row: number;
  readonly sentMs: number;
  readonly receivedMs: number;
  /** When `total` is reached: where the right ends draw what was certainly let in, or the left ends what may have counted. */
  readonly atMs: number;
  readonly total: number;
}

/** A corner of a bound. */
export interface Corner {
  readonly atMs: number;
  readonly cost: number;
}

const kinds: Record<WitnessKind, (history: History, witness: Witness) => WitnessPicture | null> = {
  "let-in": letInPicture,
  "turned-away": turnedAwayPicture,
  answered: () => null,
};

/** The picture of `witness` with at most `mostTicks` requests of each kind; `null` where there is none to draw. */
export function witnessPicture(history: History, witness: Witness, mostTicks = 2_000): WitnessPicture | null {
  const picture = kinds[witness.kind](history, witness);
  if (picture === null) return null;
  return { ...picture, ticks: thinned(picture.ticks, mostTicks), denied: thinned(picture.denied, mostTicks) };
}

/** Every k-th of `items`, the first and the last included. */
function thinned<T>(items: readonly T[], most: number): readonly T[] {
  const step = Math.ceil(items.length / most);
  return step <= 1 ? items : items.filter((_, index) => index % step === 0 || index === items.length - 1);
}
