import type { ToldMetrics } from "../../history/history.ts";
import { noPolicy, sourceCode } from "../../history/requests.ts";
import { counted } from "../../promises/wording.ts";
import type { Book } from "./books.ts";
import { type OwnRequests, withControls } from "./own-requests.ts";
import type { LifeTally, RowClass } from "./row-tally.ts";
import type { ToldLife } from "./told-lives.ts";
import { type Gap, worstGaps } from "./worst-gaps.ts";

/** A life, what it was asked, and our scrapes that it may have counted. */
export interface SeenLife {
  readonly life: ToldLife;
  readonly tally: LifeTally;
  readonly scrapes: OwnRequests;
}

/** What the books of all lives come to. */
export interface JudgedGaps {
  /** What neither answers nor our own requests explain. */
  readonly gaps: readonly Gap[];
  /** What the controls may explain, and nothing says that they do. */
  readonly doubtful: readonly Gap[];
  /** Our own requests that a life may have counted in a book, or in what no book is kept of. */
  readonly ownIn: (seen: SeenLife, book: Book | undefined) => OwnRequests;
  /** A sentence for each gateway that is taken to count its controls. */
  readonly notes: readonly string[];
}

/**
 * The worst gaps of every book. A gateway may count whoever asks for its health, as a counter around all of its paths
 * does: a control is possible, never certain. One program treats one path in one way, so that a counter of admissions
 * that moved by less than the answers and all controls that got a 200 proves that none of them is in it, nor in what
 * else the limiter counts; one that moved by all of them is exact too. What cannot tell, as denials alone, is only
 * doubted for as many.
 */
export function judgedGaps(
  all: readonly SeenLife[],
  books: readonly Book[],
  asked: ToldMetrics["asked"],
): JudgedGaps {
  const telling = books.filter(isTelling);
  const free = new Set<string>();
  for (const { life, tally, scrapes } of all)
    for (const book of telling)
      if (worstGaps(life, asAdmissions(tally), book, asked, scrapes).some(({ kind }) => kind === "too-few"))
        free.add(idOf(life, book));
  const isFree = ({ life }: SeenLife, book: Book): boolean => {
    const by = isTelling(book) ? book : telling[0];
    return by !== undefined && free.has(idOf(life, by));
  };
  const ownIn = (seen: SeenLife, book: Book | undefined): OwnRequests =>
    book !== undefined && isFree(seen, book) ? seen.scrapes : withControls(seen.scrapes, seen.tally.controls);
  const gaps: Gap[] = [];
  const doubtful: Gap[] = [];
  for (const seen of all)
    for (const book of books) {
      const { life, tally, scrapes } = seen;
      const found = worstGaps(life, tally, book, asked, ownIn(seen, book));
      gaps.push(...found);
      if (book.holds(admission) !== "no" || isFree(seen, book) || found.some(isTooMany)) continue;
      doubtful.push(...worstGaps(life, tally, book, asked, scrapes).filter(isTooMany));
    }
  return { gaps, doubtful, ownIn, notes: notesOn(all, books, isFree) };
}

const admission: RowClass = { outcome: "allowed", source: sourceCode.unlabelled, policy: noPolicy };

/** Whether a request that was let in is certainly in it. */
function isTelling(book: Book): boolean {
  return book.holds(admission) === "yes";
}

function isTooMany({ kind }: Gap): boolean {
  return kind === "too-many";
}

function idOf({ replica }: ToldLife, { what }: Book): string {
  return `${replica} ${what}`;
}

/** As if all controls had been let in, and counted. */
function asAdmissions(tally: LifeTally): LifeTally {
  const { classes, sentBy, settledBy, controls } = tally;
  return {
    ...tally,
    classes: [...classes, admission],
    sentBy: [...sentBy, controls.sentBy],
    settledBy: [...settledBy, controls.settledBy],
  };
}

function notesOn(
  all: readonly SeenLife[],
  books: readonly Book[],
  isFree: (seen: SeenLife, book: Book) => boolean,
): string[] {
  return all.flatMap((seen) => {
    const count = seen.tally.controls.sentBy.at(-1) ?? 0;
    const held = books.filter((book) => !isFree(seen, book));
    if (count === 0 || held.length === 0) return [];
    const names = [...new Set(held.map(({ metrics }) => metrics))].join(" and ");
    return [
      `Gateway ${seen.life.replica} may count in ${names} the ${counted(count)} requests for its health, too`,
    ];
  });
}
