/**
 * A foreign string as one line of printable text of at most `atMost` characters: control characters, line ends,
 * text-direction overrides and lone surrogates become visible or vanish, so that no terminal, table or
 * reader is steered by it.
 */
export function plain(text: string, atMost = 400): string {
  const line = text
    .replace(/[\t\n\r\u0085\u2028\u2029]+/g, " ")
    // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the point
    .replace(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, "\ufffd")
    .toWellFormed();
  return cut(line, atMost);
}

/** The first `atMost` characters of `text`, with an ellipsis where something is missing. */
export function cut(text: string, atMost: number): string {
  if (text.length <= atMost) return text;
  return `${text.slice(0, Math.max(0, atMost - 1)).replace(/[\ud800-\udbff]$/, "")}\u2026`;
}
