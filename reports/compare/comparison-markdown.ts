import type { Comparison, ComparisonRow } from "../../harness/compare/comparison.ts";
import { plain } from "../words/plain.ts";
import { sentence } from "../words/sentence.ts";
import { type ColumnGroup, columnGroups, numberTitles } from "./columns.ts";
import { blockWords, circumstances, claimRule } from "./comparison-words.ts";
import { differenceText, shownDifferences } from "./difference-text.ts";

/** `compare.md`: the picture and the tables, for a pull request. */
export function comparisonMarkdown(comparison: Comparison): string {
  const { scenario, about, rows, command, environment, startedAt } = comparison;
  const sections = [
    `## ${safe(scenario)}: ${rows.length} limiters side by side`,
    `${sentence(safe(about))} ${sentence(safe(circumstances(comparison)))}`,
    "![What was let in over time, over the limit](compare.png)",
    ...columnGroups.map((group) => table(group, rows)),
    failures(rows),
    differenceTable(comparison),
    `Repeat it:\n\n${fenced(command)}`,
    environment === null
      ? ""
      : `<sub>Gatecrash ${safe(environment.gatecrash)} \u00b7 Node ${safe(environment.node)} \u00b7 ${safe(environment.redis)} \u00b7 ${safe(environment.cpus)} \u00b7 ${safe(startedAt)}</sub>`,
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

function table({ title, columns }: ColumnGroup, rows: readonly ComparisonRow[]): string {
  return [
    `| ${title} | ${columns.map((column) => column.title).join(" | ")} |`,
    `|:--|${columns.map(() => "--:").join("|")}|`,
    ...rows.map(
      (row) => `| ${safe(row.variant)} | ${columns.map(({ text }) => safe(text(row, rows))).join(" | ")} |`,
    ),
  ].join("\n");
}

function failures(rows: readonly ComparisonRow[]): string {
  return rows
    .flatMap(({ variant, failure }) =>
      failure === null ? [] : [`- ${safe(variant)} could not be run: ${sentence(safe(failure, 600))}`],
    )
    .join("\n");
}

function differenceTable(comparison: Comparison): string {
  const { shown, tooFew } = shownDifferences(comparison);
  const rows = shown.map(
    ({ variant, difference }) =>
      `| ${safe(variant)} | ${numberTitles[difference.number]} | ${safe(differenceText(difference))} |`,
  );
  const costs = blockWords(comparison);
  return [
    ...(costs === null ? [] : [sentence(safe(costs))]),
    sentence(safe(claimRule(comparison))),
    ...(tooFew === null ? [] : [sentence(safe(tooFew))]),
    ...(rows.length === 0 ? [] : ["", "| Limiter | | |", "|:--|:--|:--|", ...rows]),
  ].join("\n");
}

/** Prose and names from elsewhere: no markup, no table cell, no link, no mention comes of it. */
function safe(text: string, atMost = 400): string {
  return plain(text, atMost)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/[\\`*_~[\]|#$]/g, "\\$&")
    .replaceAll("://", ":\\//")
    .replace(/\bwww\./gi, "www\\.")
    .replaceAll("@", "@\u200b");
}

function fenced(text: string): string {
  const line = plain(text, 1_000);
  const longest = (line.match(/`+/g) ?? []).reduce((most, ticks) => Math.max(most, ticks.length), 0);
  const fence = "`".repeat(Math.max(3, longest + 1));
  return `${fence}sh\n${line}\n${fence}`;
}
