import type { Comparison, ComparisonRow, RunMeasure } from "../../harness/compare/comparison.ts";
import type { League } from "../../harness/league/league.ts";
import type { Triple } from "../../harness/verdict/finding.ts";
import { columnGroups, errorText, ratio, tripleText } from "../compare/columns.ts";
import { duration, percent } from "../words/numerals.ts";
import { verdictWords } from "../words/verdict-words.ts";

/** A table: a row a limiter, its name first. */
export interface LeagueTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** What one column says of the row of one scenario. */
interface Told {
  readonly scenario: string;
  readonly title: string;
  readonly text: (row: ComparisonRow) => string;
}

const triples = (
  scenario: string,
  title: string,
  of: (run: RunMeasure) => Triple | null,
  text: (value: number) => string,
): Told => ({ scenario, title, text: (row) => tripleText(row, of, text) });

const outage = (scenario: string): readonly Told[] => [
  triples(scenario, "in the outage", ({ outageRatio }) => outageRatio, ratio),
  { scenario, title: "errors", text: errorText },
];

const letIn: readonly Told[] = [
  triples("burst", "wrongly allowed", ({ accuracy }) => accuracy?.wronglyAllowedShare ?? null, percent),
  triples("burst", "wrongly denied", ({ accuracy }) => accuracy?.wronglyDeniedShare ?? null, percent),
  triples("window-edge", "fullest window", ({ accuracy }) => accuracy?.worstAdmittedRatio ?? null, ratio),
];

const withoutRedis: readonly Told[] = [
  ...outage("redis-outage"),
  triples("redis-outage", "back after", ({ recoveryMs }) => recoveryMs, duration),
  ...outage("redis-blackhole"),
  triples("reply-lost", "in the outage", ({ outageRatio }) => outageRatio, ratio),
  triples("reply-lost", "wrongly denied", ({ accuracy }) => accuracy?.wronglyDeniedShare ?? null, percent),
];

/** All tables of the league, in order. */
export function leagueTables(league: League): readonly LeagueTable[] {
  return [
    promiseTable(league),
    toldTable(league, "Beside an exact window", letIn),
    toldTable(league, "While Redis fails", withoutRedis),
    ...columnGroups.slice(1).map(({ title, columns }) => ({
      title,
      columns: columns.map((column) => column.title),
      rows: withMemory(league).map((row, _, rows) => [
        row.variant,
        ...columns.map(({ text }) => text(row, rows)),
      ]),
    })),
  ];
}

function promiseTable({ comparisons }: League): LeagueTable {
  return {
    title: "Kept its own promise",
    columns: comparisons.map(({ scenario }) => scenario),
    rows: namesOf(comparisons).map((name) => [
      name,
      ...comparisons.map((comparison) => verdictText(rowOf(comparison, name))),
    ]),
  };
}

function verdictText(row: ComparisonRow | undefined): string {
  const [run] = row?.runs ?? [];
  if (run === undefined) return row?.failure == null ? "not run" : "could not be run";
  if (run.verdict === null) return "nothing promised";
  const { mark, word } = verdictWords[run.verdict];
  return `${mark} ${word}`;
}

function toldTable({ comparisons }: League, title: string, told: readonly Told[]): LeagueTable {
  const known = told.filter(({ scenario }) => comparisons.some((one) => one.scenario === scenario));
  return {
    title,
    columns: known.map((one) => `${one.scenario}: ${one.title}`),
    rows: namesOf(comparisons).map((name) => [
      name,
      ...known.map(({ scenario, text }) => {
        const row = rowOf(
          comparisons.find((one) => one.scenario === scenario),
          name,
        );
        return row === undefined ? "" : text(row);
      }),
    ]),
  };
}

/** The rows of what decisions cost, with the memory of a key from wherever it was looked at. */
function withMemory({ costs, comparisons }: League): readonly ComparisonRow[] {
  return costs.rows.map((row) => ({
    ...row,
    runs: comparisons.flatMap((comparison) => rowOf(comparison, row.variant)?.runs ?? []),
  }));
}

function namesOf(comparisons: readonly Comparison[]): string[] {
  return (comparisons[0]?.rows ?? []).map(({ variant }) => variant);
}

function rowOf(comparison: Comparison | undefined, name: string): ComparisonRow | undefined {
  return comparison?.rows.find(({ variant }) => variant === name);
}
