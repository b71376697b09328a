import type { ComparedNumber, ComparisonRow, RunMeasure } from "../../harness/compare/comparison.ts";
import type { Triple } from "../../harness/verdict/finding.ts";
import type { Verdict } from "../../harness/verdict/result.ts";
import { count, duration, percent, significant } from "../words/numerals.ts";
import { verdictWords } from "../words/verdict-words.ts";

/** One column of a table: a row a variant. */
export interface Column {
  readonly title: string;
  /** One sentence: what it is, for who does not know. */
  readonly meaning: string;
  readonly text: (row: ComparisonRow) => string;
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
        meaning: "by its own promise, of every trial",
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
      numbers(
        "added p50",
        "beside requests that no limiter guards, median of the trials",
        "addedP50Ms",
        duration,
      ),
      numbers("added p99", "the same at the 99th percentile", "addedP99Ms", duration),
      numbers("gateway CPU", "of all gateways, per decision", "gatewayCpuUs", micros),
      numbers("Redis scripts", "time in scripts, per decision", "redisScriptUs", micros),
      numbers("Redis calls", "script calls, per decision", "redisCalls", significant),
      numbers(
        "commands",
        "commands of Redis per decision, those inside scripts too",
        "redisCommands",
        significant,
      ),
    ],
  },
];

/** What a compared number is called where no column stands above it. */
export const numberTitles: Readonly<Record<ComparedNumber, string>> = {
  addedP50Ms: "added p50",
  addedP99Ms: "added p99",
  gatewayCpuUs: "gateway CPU",
  redisScriptUs: "Redis scripts",
  redisCalls: "Redis calls",
  redisCommands: "commands",
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

/** A ratio as `1.25 ×`. */
export function ratio(value: number): string {
  return Number.isFinite(value) ? `${value.toFixed(2)} \u00d7` : significant(value);
}

function verdictText(row: ComparisonRow): string {
  const verdicts: readonly Verdict[] = ["fail", "inconclusive", "pass"];
  const counted = verdicts
    .map((verdict) => [verdict, row.runs.filter((run) => run.verdict === verdict).length] as const)
    .filter(([, many]) => many > 0)
    .map(([verdict, many]) =>
      row.runs.length === 1 ? verdictWords[verdict].word : `${many} ${verdictWords[verdict].word}`,
    );
  return [...counted, ...(row.failure === null ? [] : ["could not be run"])].join(", ");
}

function errorText({ runs }: ComparisonRow): string {
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
    text(row) {
      const worst = worstTriple(row, of);
      if (worst === null) return nothing;
      const [from, until] = [text(worst.proved), text(worst.atMost)];
      return from === until ? from : `${from} to ${until}`;
    },
  };
}

function numbers(
  title: string,
  meaning: string,
  name: ComparedNumber,
  text: (value: number) => string,
): Column {
  return {
    title,
    meaning,
    text({ runs }) {
      const known = runs.flatMap((run) => run.numbers[name] ?? []);
      return known.length === 0 ? nothing : text(median(known));
    },
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  return (at(Math.ceil(sorted.length / 2) - 1) + at(Math.floor(sorted.length / 2))) / 2;
}

function micros(us: number): string {
  return `${significant(us)} \u00b5s`;
}
