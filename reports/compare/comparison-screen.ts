import { styleText } from "node:util";
import type { Comparison, ComparisonRow } from "../../harness/compare/comparison.ts";
import { plain } from "../words/plain.ts";
import { sentence } from "../words/sentence.ts";
import { verdictWords } from "../words/verdict-words.ts";
import { wrapped } from "../words/wrapped.ts";
import { type ColumnGroup, columnGroups, numberTitles, worstVerdict } from "./columns.ts";
import { blockWords, circumstances, claimRule } from "./comparison-words.ts";
import { differenceText, shownDifferences } from "./difference-text.ts";

/** How the screen is written. */
export interface ComparisonScreen {
  readonly colour: boolean;
  /** Where the reader finds the rest. */
  readonly reportPath: string;
}

const widest = 100;

/** The tables for a terminal: a row a variant, then why some were not run, and what may be claimed. */
export function comparisonScreen(comparison: Comparison, { colour, reportPath }: ComparisonScreen): string {
  const { scenario, rows, command } = comparison;
  const bold = (text: string): string => (colour ? styleText("bold", text, { validateStream: false }) : text);
  const failures = rows.flatMap(({ variant, failure }) =>
    failure === null
      ? []
      : wrapped(sentence(`${plain(variant, 60)} could not be run: ${plain(failure, 600)}`), widest),
  );
  const lines = [
    "",
    bold(`${plain(scenario, 60)}: ${rows.length} limiters side by side`),
    ...wrapped(sentence(circumstances(comparison)), widest),
    ...columnGroups.flatMap((group) => ["", bold(group.title), ...tableOf(group, rows)]),
    "",
    ...failures,
    ...(failures.length > 0 ? [""] : []),
    ...differenceLines(comparison),
    "",
    `Report    ${plain(reportPath, 1_000)}`,
    `Repeat    ${plain(command, Number.POSITIVE_INFINITY)}`,
    "",
  ];
  return lines.map((line) => (line === "" ? "" : `  ${line}`)).join("\n");
}

function tableOf({ columns }: ColumnGroup, rows: readonly ComparisonRow[]): string[] {
  const cells = [
    ["", ...columns.map(({ title }) => title)],
    ...rows.map((row) => [nameOf(row), ...columns.map(({ text }) => text(row, rows))]),
  ];
  const widths = (cells[0] ?? []).map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  return cells.map((row) =>
    row
      .map((text, column) =>
        column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}

function nameOf(row: ComparisonRow): string {
  const verdict = worstVerdict(row);
  return `${verdict === null ? verdictWords["not-applicable"].mark : verdictWords[verdict].mark} ${plain(row.variant, 40)}`;
}

function differenceLines(comparison: Comparison): string[] {
  const { shown, tooFew } = shownDifferences(comparison);
  const costs = blockWords(comparison);
  const lines = [
    ...(costs === null ? [] : [sentence(costs)]),
    sentence(claimRule(comparison)),
    ...(tooFew === null ? [] : [sentence(tooFew)]),
    ...shown.map(
      ({ variant, difference }) =>
        `${plain(variant, 40)}, ${numberTitles[difference.number]}: ${differenceText(difference)}`,
    ),
  ];
  return lines.flatMap((line) => wrapped(line, widest));
}
