import { code, safe, signs } from "../words/markdown-text.ts";
import { tally, verdictWords, worstFirst } from "../words/verdict-words.ts";
import { aboutText, type GatesReport } from "./gates-report.ts";

/** The gates as one table, the worst first, for a pull request or a step summary. */
export function gatesMarkdown(report: GatesReport): string {
  const { verdict, runs, gates } = report;
  const rows = worstFirst(gates).map(
    (gate) =>
      `| ${signs[gate.verdict]} ${verdictWords[gate.verdict].word} | ${code(aboutText(gate, report))} | ${code(gate.expression)} | ${safe(gate.summary)} |`,
  );
  return `${[
    `## ${signs[verdict]} ${verdictWords[verdict].word}: ${tally(gates)}`,
    "",
    `${runs.length} ${runs.length === 1 ? "run was" : "runs were"} gated.`,
    "",
    "| Verdict | Of | Gate | What was found |",
    "|:--|:--|:--|:--|",
    ...rows,
  ].join("\n")}\n`;
}
