import type { History } from "../../history/history.ts";
import { counted } from "../../promises/wording.ts";
import type { Book } from "./books.ts";
import type { LifeTally } from "./row-tally.ts";
import type { ToldLife } from "./told-lives.ts";

/** The same requests as each of four witnesses counted them. */
export interface FourWays {
  readonly numbers: Readonly<Record<"answered" | "unknown" | "counted" | "unreadShare", number>>;
  /** One line a row of the table. */
  readonly notes: readonly string[];
}

/**
 * What the clients were told, what each metric counted, what Redis counted of it, and what explains the difference. The
 * last readings of all lives are added up: what a process counted after its last reading is lost with it.
 */
export function fourWays(
  history: History,
  lives: readonly ToldLife[],
  tallies: readonly LifeTally[],
  books: readonly Book[],
): FourWays {
  const answered = sumOf(tallies, ({ answered: own }) => own);
  const unknown = sumOf(tallies, ({ unknownBy }) => unknownBy.at(-1) ?? 0);
  const read = sumOf(tallies, ({ sentBy }) => sumOf(sentBy, (counts) => counts.at(-1) ?? 0));
  const toldBy = (book: Book): number =>
    sumOf(lives, ({ readings }) => book.told(readings.at(-1)?.samples ?? []));
  const rows = books.flatMap((book) => {
    const own = sumOf(tallies, ({ classes, sentBy }) =>
      sumOf(sentBy, (counts, index) => {
        const row = classes[index];
        return row !== undefined && book.holds(row) === "yes" ? (counts.at(-1) ?? 0) : 0;
      }),
    );
    const told = toldBy(book);
    if (own === 0 && told === 0) return [];
    const difference = told === own ? "" : `, ${signed(told - own)}`;
    return [
      `${book.what}: ${counted(own)} answered, ${counted(told)} counted by ${book.metrics}${difference}`,
    ];
  });
  const most = books.reduce((highest, book) => Math.max(highest, toldBy(book)), 0);
  const residual = `${counted(unknown)} requests with an unknown outcome may be in any row, once; ${counted(answered - read)} were sent after the last scrape of their gateway's life`;
  return {
    numbers: { answered, unknown, counted: most, unreadShare: answered === 0 ? 0 : 1 - read / answered },
    notes: [...rows, ...redisRow(history), residual],
  };
}

function signed(difference: number): string {
  return difference > 0 ? `${counted(difference)} more` : `${counted(-difference)} fewer`;
}

/** Redis's own counters between the first and the last reading of each of its lives. */
function redisRow({ redisSamples }: History): string[] {
  if (redisSamples.length === 0) return [];
  let [scripts, commands] = [0, 0];
  for (const [index, sample] of redisSamples.entries()) {
    const before = redisSamples[index - 1];
    if (before === undefined) continue;
    const isSame = before.runId === sample.runId;
    scripts += sample.scriptCalls - (isSame ? before.scriptCalls : 0);
    commands += sample.commandsProcessed - (isSame ? before.commandsProcessed : 0);
  }
  return [
    `Redis: ${counted(scripts)} script calls and ${counted(commands)} commands in all, the harness's own and those inside scripts among them`,
  ];
}

function sumOf<T>(things: readonly T[], of: (thing: T, index: number) => number): number {
  return things.reduce((sum, thing, index) => sum + of(thing, index), 0);
}
