import type { FindingVerdict } from "../../harness/verdict/finding.ts";
import { plain } from "./plain.ts";

/** How a verdict is marked where neither colour nor a font can be chosen. */
export const signs: Record<FindingVerdict, string> = {
  pass: "\u2705",
  fail: "\u274c",
  inconclusive: "\u26a0\ufe0f",
  "not-applicable": "\u2796",
};

/** Prose from elsewhere: no markup, no table cell, no link, no mention comes of it. */
export function safe(text: string, atMost = 400): string {
  return plain(text, atMost)
    .replace(/[\\`*_~[\]|#$]/g, "\\$&")
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll("://", ":\\//")
    .replace(/\bwww\./gi, "www\\.")
    .replaceAll("@", "@\u200b");
}

/** A name from elsewhere as code; a bar would end the table's cell, so it is escaped as tables want it. */
export function code(text: string): string {
  const line = plain(text, 120).replaceAll("|", "\\|").trim();
  const ticks = "`".repeat(longestTicks(line) + 1);
  return ticks.length === 1 ? `\`${line === "" ? " " : line}\`` : `${ticks} ${line} ${ticks}`;
}

/** The line that repeats something as a block of code that nothing in it ends; whole, so that it can be typed. */
export function fenced(text: string): string {
  const line = plain(text, Number.POSITIVE_INFINITY);
  const fence = "`".repeat(Math.max(3, longestTicks(line) + 1));
  return `${fence}sh\n${line}\n${fence}`;
}

/** The longest run of backticks in `text`. */
function longestTicks(text: string): number {
  return (text.match(/`+/g) ?? []).reduce((most, ticks) => Math.max(most, ticks.length), 0);
}
