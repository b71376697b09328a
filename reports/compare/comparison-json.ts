import type { Comparison } from "../../harness/compare/comparison.ts";

/** `compare.json`; NaN and the infinities, for which JSON has no word, as the strings of their names. */
export function comparisonJson(comparison: Comparison): string {
  const text = JSON.stringify(
    comparison,
    (_, value: unknown) => (typeof value === "number" && !Number.isFinite(value) ? String(value) : value),
    2,
  );
  return `${text.replace(numbersOnLines, (numbers) => numbers.replaceAll(/\s+/g, " "))}\n`;
}

/** An array of numbers written one a line; no string can look like it, because strings hold no line ends. */
const numbersOnLines = /\[\n\s+[\d.e-]+(?:,\n\s+[\d.e-]+)*\n\s+\]/g;
