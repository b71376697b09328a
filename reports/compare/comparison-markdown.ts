import type { Comparison, ComparisonRow } from "../../harness/compare/comparison.ts";
import { fenced } from "../words/markdown-text.ts";
import { sentence } from "../words/sentence.ts";
import { columnGroups, numberTitles } from "./columns.ts";
import { blockWords, circumstances, claimRule } from "./comparison-words.ts";
import { differenceText, shownDifferences } from "./difference-text.ts";
import { groupTable, safe } from "./markdown-parts.ts";

/** `compare.md`: the picture and the tables, for a pull request. */
export function comparisonMarkdown(comparison: Comparison): string {
  const { scenario, about, rows, command, environment, startedAt } = comparison;
  const sections = [
    `## ${safe(scenario)}: ${rows.length} limiters side by side`,
    `${sentence(safe(about))} ${sentence(safe(circumstances(comparison)))}`,
    "![What was let in over time, over the limit](compare.png)",
    ...columnGroups.map((group) => groupTable(group, rows)),
    failures(rows),
    differenceTable(comparison),
    `Repeat it:\n\n${fenced(command)}`,
    environment === null
      ? ""
      : `<sub>Gatecrash ${safe(environment.gatecrash)} \u00b7 Node ${safe(environment.node)} \u00b7 Redis ${safe(environment.redis)} \u00b7 ${safe(environment.cpus)} \u00b7 ${safe(startedAt)}</sub>`,
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
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
