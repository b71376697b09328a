import { plain } from "../words/plain.ts";
import { tally, verdictWords, worstFirst } from "../words/verdict-words.ts";
import { aboutText, type GatesReport } from "./gates-report.ts";

/** The gates line by line, the worst first, and the verdict at the end; plain text for any terminal and log. */
export function gatesScreen(report: GatesReport): string {
  const lines = worstFirst(report.gates).flatMap((gate) => [
    `${verdictWords[gate.verdict].word}: ${plain(gate.expression, 200)} (${plain(aboutText(gate, report), 120)})`,
    `  ${plain(gate.summary)}`,
  ]);
  const failed = report.runs.filter(({ verdict }) => verdict !== "pass");
  const beside =
    failed.length === 0
      ? ""
      : `; ${failed.length} of ${report.runs.length} runs did not pass by themselves, which is not gated here`;
  return [...lines, "", `${verdictWords[report.verdict].word}: ${tally(report.gates)}${beside}`].join("\n");
}
