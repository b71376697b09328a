import type { Book } from "./books.ts";
import type { OwnRequests } from "./own-requests.ts";
import type { LifeTally } from "./row-tally.ts";
import type { ToldLife } from "./told-lives.ts";

/** What a gateway counted between two readings, and what its answers say. */
export interface Gap {
  readonly life: ToldLife;
  readonly book: Book;
  readonly kind: "too-few" | "too-many" | "fell";
  /** By how many it is wrong for certain. */
  readonly by: number;
  readonly told: number;
  /** So many at least, or at most. */
  readonly bound: number;
  readonly fromMs: number;
  readonly untilMs: number;
}

/**
 * Where the counter of `book` moved less than the answers prove, more than all requests explain, or back, between any
 * two readings of one life: the worst of each kind. What a life counted before its first reading it may have had from
 * elsewhere, but it cannot be less than its answers. One pass over the readings: the worst partner of each is kept.
 */
export function worstGaps(
  life: ToldLife,
  tally: LifeTally,
  book: Book,
  asked: "by-us-alone" | "by-others-too",
  own: OwnRequests,
): Gap[] {
  const few = worstOf(life, book, "too-few");
  const many = worstOf(life, book, "too-many");
  const fell = worstOf(life, book, "fell");
  const certain = tally.classes.map((row) => book.holds(row) === "yes");
  const possible = tally.classes.map((row) => book.holds(row) !== "no");
  let least: Partner = { told: 0, atMs: life.fromMs, rows: 0 };
  let most: Partner | null = null;
  let before: Partner | null = null;
  for (const [i, { samples, requestedMs: atMs, receivedMs }] of life.readings.entries()) {
    const told = book.told(samples);
    const proved = sumAt(tally.settledBy, certain, i) - least.rows;
    few.note(proved - (told - least.told), told - least.told, proved, least.atMs, receivedMs);
    const explained = sumAt(tally.sentBy, possible, i) + (tally.unknownBy[i] ?? 0) + (own.askedBy[i] ?? 0);
    if (most !== null && asked === "by-us-alone") {
      const bound = explained - most.rows;
      many.note(told - most.told - bound, told - most.told, bound, most.atMs, receivedMs);
    }
    if (before !== null) fell.note(before.told - told, told, before.told, before.atMs, receivedMs);
    const sent = { told, atMs, rows: sumAt(tally.sentBy, certain, i) };
    if (told - sent.rows > least.told - least.rows) least = sent;
    const rows = sumAt(tally.settledBy, possible, i) + (own.settledBy[i] ?? 0);
    const settled = { told, atMs, rows };
    if (most === null || told - settled.rows < most.told - most.rows) most = settled;
    before = sent;
  }
  return [few, many, fell].flatMap(({ worst }) => worst ?? []);
}

/** An earlier reading, and the rows that are taken off for it. */
interface Partner {
  readonly told: number;
  readonly atMs: number;
  readonly rows: number;
}

interface Worst {
  readonly worst: Gap | null;
  readonly note: (by: number, told: number, bound: number, fromMs: number, untilMs: number) => void;
}

function worstOf(life: ToldLife, book: Book, kind: Gap["kind"]): Worst {
  let worst: Gap | null = null;
  return {
    get worst() {
      return worst;
    },
    note(by, told, bound, fromMs, untilMs) {
      if (by > (worst?.by ?? 0)) worst = { life, book, kind, by, told, bound, fromMs, untilMs };
    },
  };
}

function sumAt(counts: readonly Float64Array[], isIn: readonly boolean[], at: number): number {
  let sum = 0;
  for (const [index, of] of counts.entries()) if (isIn[index]) sum += of[at] ?? 0;
  return sum;
}
