import type { Result } from "../harness/verdict/result.ts";
import type { ReportFormat } from "./report-format.ts";

/** `result.json`: the result and nothing else, for programs; `result.schema.json` says what it holds. */
export const format: ReportFormat = {
  render: ({ result }) => [{ path: "result.json", content: resultText(result) }],
};

/** `result` as JSON; NaN and the infinities, for which JSON has no word, as the strings of their names. */
export function resultText(result: Result): string {
  const text = JSON.stringify(result, spelledOut, 2);
  return `${text.replace(rowsOnLines, (rows) => rows.replaceAll(/\s+/g, " "))}\n`;
}

/** An array of whole numbers written one a line; no string can look like it, because strings hold no line ends. */
const rowsOnLines = /\[\n\s+\d+(?:,\n\s+\d+)*\n\s+\]/g;

function spelledOut(_name: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
}
