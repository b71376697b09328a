import type { ComparisonRow } from "../../harness/compare/comparison.ts";
import { plain } from "../words/plain.ts";
import type { ColumnGroup } from "./columns.ts";

/** A table of Markdown: a row a variant. */
export function groupTable({ title, columns }: ColumnGroup, rows: readonly ComparisonRow[]): string {
  return [
    `| ${title} | ${columns.map((column) => column.title).join(" | ")} |`,
    `|:--|${columns.map(() => "--:").join("|")}|`,
    ...rows.map(
      (row) => `| ${safe(row.variant)} | ${columns.map(({ text }) => safe(text(row, rows))).join(" | ")} |`,
    ),
  ].join("\n");
}

/** Prose and names from elsewhere: no markup, no table cell, no link, no mention comes of it. */
export function safe(text: string, atMost = 400): string {
  return plain(text, atMost)
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/[\\`*_~[\]|#$]/g, "\\$&")
    .replaceAll("://", ":\\//")
    .replace(/\bwww\./gi, "www\\.")
    .replaceAll("@", "@\u200b");
}
