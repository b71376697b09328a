/** `text` with `content` between the marks `from` and `until`, each on a line of its own; `null` if it has none. */
export function betweenMarks(text: string, from: string, until: string, content: string): string | null {
  const begin = text.indexOf(from);
  const end = text.indexOf(until);
  if (begin < 0 || end < begin) return null;
  return `${text.slice(0, begin + from.length)}\n\n${content}\n\n${text.slice(end)}`;
}
