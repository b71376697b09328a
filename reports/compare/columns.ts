import type { ComparedNumber, ComparisonRow, RunMeasure } from "../../harness/compare/comparison.ts";
import { median } from "../../harness/median.ts";
import { ratioText } from "../../harness/promises/ratio-text.ts";
import type { Triple } from "../../harness/verdict/finding.ts";
import type { Verdict } from "../../harness/verdict/result.ts";
import { count, duration, percent, significant } from "../words/numerals.ts";
import { verdictWords } from "../words/verdict-words.ts";
import { addedP50Ms, addedP99Ms } from "./added-latency.ts";

/** One column of a table: a row a variant. */
export interface Column {
  readonly title: string;
  /** One sentence: what it is, for who does not know. */
  readonly meaning: string;
  readonly text: (row: ComparisonRow, rows: readonly ComparisonRow[]) => string;
}

/** A table of columns that belong together. */
export interface ColumnGroup {
  readonly title: string;
  readonly columns: readonly Column[];
}

/** Where nothing was measured. */
const nothing = "\u2013";

/** Everything that is compared, in the order in which it is shown. */
export const columnGroups: readonly ColumnGroup[] = [
  {
    title: "What it let in",
    columns: [
      {
        title: "verdict",
        meaning:
          "by its own promise alone, of every trial: no scenario's demand that it does not promise counts",
        text: verdictText,
      },
      triples(
        "fullest window",
        "most admitted within one window, over the limit: proved to possible",
        ({ accuracy }) => accuracy?.worstAdmittedRatio ?? null,
        ratio,
      ),
      triples("in the outage", "the same, from the first fault on", ({ outageRatio }) => outageRatio, ratio),
      triples(
        "wrongly allowed",
        "of what was admitted, what an exact window would have denied",
        ({ accuracy }) => accuracy?.wronglyAllowedShare ?? null,
        percent,
      ),
      triples(
        "wrongly denied",
        "of what was due, what an exact window would have admitted",
        ({ accuracy }) => accuracy?.wronglyDeniedShare ?? null,
        percent,
      ),
      {
        title: "errors",
        meaning: "errors and lost answers of all trials; refused: it said that it could not decide",
        text: errorText,
      },
      triples(
        "back after",
        "from the end of healing until Redis decided everywhere",
        ({ recoveryMs }) => recoveryMs,
        duration,
      ),
    ],
  },
  {
    title: "What it cost",
    columns: [
      {
        title: "added p50",
        meaning:
          "over that of none, a bare server of Node, in the same block, so with the framework that a limiter is built for; or over requests past the limiter where none was not run; median of the blocks",
        text: (row, rows) => medianText(addedP50Ms(row, rows), duration),
      },
      numbers(
        "p99",
        "the 99th percentile of decisions, from the intended instant; median of the blocks",
        "p99Ms",
        duration,
      ),
      {
        title: "p99 over none",
        meaning: "the same over that of none in the same block, with the framework too; median of the blocks",
        text: (row, rows) => medianText(addedP99Ms(row, rows), duration),
      },
      numbers(
        "decisions/s",
        "of one gateway with its framework, asked as fast as it answers; the load and Redis share its machine; median of the blocks",
        "decisionsPerSecond",
        (value) => count(Math.round(value)),
      ),
      numbers(
        "gateway CPU",
        "per decision, all that the gateway does for a request, its framework included; median of the blocks",
        "gatewayCpuUs",
        micros,
      ),
    ],
  },
  {
    title: "What it asked of Redis",
    columns: [
      numbers(
        "Redis CPU",
        "per decision, its whole process, what it does unasked too; median of the blocks",
        "redisCpuUs",
        micros,
      ),
      numbers(
        "round trips",
        "times that Redis read from a client, per decision: what arrives together is read together; median of the blocks",
        "redisReads",
        significant,
      ),
      numbers(
        "commands",
        "commands of Redis per decision, those inside scripts too; median of the blocks",
        "redisCommands",
        significant,
      ),
      numbers("bytes in", "that Redis read, per decision; median of the blocks", "redisBytesIn", bytes),
      numbers("bytes out", "that Redis wrote, per decision; median of the blocks", "redisBytesOut", bytes),
      {
        title: "bytes a key",
        meaning: "of Redis's memory, the key's name and all, where the scenario looks",
        text: ({ runs }) =>
          medianText(
            runs.flatMap(({ bytesPerKey }) => bytesPerKey ?? []),
            bytes,
          ),
      },
    ],
  },
];

/** What a compared number is called where no column stands above it. */
export const numberTitles: Readonly<Record<ComparedNumber, string>> = {
  p50Ms: "p50",
  p99Ms: "p99",
  decisionsPerSecond: "decisions/s",
  gatewayCpuUs: "gateway CPU",
  redisCpuUs: "Redis CPU",
  redisReads: "round trips",
  redisCommands: "commands",
  redisBytesIn: "bytes in",
  redisBytesOut: "bytes out",
};

/** The worst verdict of all trials; `null` if there was none. */
export function worstVerdict({ runs }: ComparisonRow): Verdict | null {
  const order: readonly Verdict[] = ["fail", "inconclusive", "pass"];
  return order.find((verdict) => runs.some((run) => run.verdict === verdict)) ?? null;
}

/** The largest of each part over all trials; `null` where it was never measured. */
export function worstTriple({ runs }: ComparisonRow, of: (run: RunMeasure) => Triple | null): Triple | null {
  const known = runs.flatMap((run) => of(run) ?? []);
  if (known.length === 0) return null;
  const most = (part: keyof Triple): number => Math.max(...known.map((triple) => triple[part]));
  return { proved: most("proved"), estimate: most("estimate"), atMost: most("atMost") };
}

/** A ratio as `1.25 ×`; `1.004 ×` rather than `1.00 ×`. */
export function ratio(value: number): string {
  return Number.isFinite(value) ? `${ratioText(value, 2)} \u00d7` : significant(value);
}

function verdictText(row: ComparisonRow): string {
  const verdicts: readonly Verdict[] = ["fail", "inconclusive", "pass"];
  const counted = verdicts
    .map((verdict) => [verdict, row.runs.filter((run) => run.verdict === verdict).length] as const)
    .filter(([, many]) => many > 0)
    .map(([verdict, many]) =>
      row.runs.length === 1 ? verdictWords[verdict].word : `${many} ${verdictWords[verdict].word}`,
    );
  const words = [...counted, ...(row.failure === null ? [] : ["could not be run"])];
  if (words.length > 0) return words.join(", ");
  return row.runs.length === 0 ? nothing : "nothing promised";
}

/** Errors and lost answers of all runs, and refusals for want of a decision. */
export function errorText({ runs }: ComparisonRow): string {
  if (runs.length === 0) return nothing;
  const sum = (of: (run: RunMeasure) => number) => runs.reduce((all, run) => all + of(run), 0);
  const refused = sum(({ outcomes }) => outcomes.unavailable);
  const errors = count(sum(({ outcomes }) => outcomes.errors + outcomes.lost));
  return refused === 0 ? errors : `${errors}, ${count(refused)} refused`;
}

function triples(
  title: string,
  meaning: string,
  of: (run: RunMeasure) => Triple | null,
  text: (value: number) => string,
): Column {
  return {
    title,
    meaning: `${meaning}; the worst of the trials`,
    text: (row) => tripleText(row, of, text),
  };
}

/** The worst of the runs, from what is proved to what is possible. */
export function tripleText(
  row: ComparisonRow,
  of: (run: RunMeasure) => Triple | null,
  text: (value: number) => string,
): string {
  const worst = worstTriple(row, of);
  if (worst === null) return nothing;
  const [from, until] = [text(worst.proved), text(worst.atMost)];
  return from === until ? from : `${from} to ${until}`;
}

function numbers(
  title: string,
  meaning: string,
  name: ComparedNumber,
  text: (value: number) => string,
): Column {
  return { title, meaning, text: (row) => medianText(knownOf(row, name), text) };
}

function knownOf({ blocks }: ComparisonRow, name: ComparedNumber): readonly number[] {
  return blocks.flatMap(({ numbers: found }) => found[name] ?? []);
}

/** The median of the blocks; `null` where none measured it. */
export function medianOf(row: ComparisonRow, name: ComparedNumber): number | null {
  const known = knownOf(row, name);
  return known.length === 0 ? null : median(known);
}

function medianText(values: readonly number[], text: (value: number) => string): string {
  return values.length === 0 ? nothing : text(median(values));
}

function bytes(value: number): string {
  return `${significant(value)} B`;
}

function micros(us: number): string {
  return `${significant(us)} \u00b5s`;
}
