/** `text` with a full stop at its end, if it has no end of its own. */
export function sentence(text: string): string {
  return /[.!?\u2026]$/.test(text) ? text : `${text}.`;
}
