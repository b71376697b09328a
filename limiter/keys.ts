/**
 * The Redis key of one subject under one policy: `prefix:{subject}:policy:algorithm`.
 * Different parts never make the same key, nor the same bytes of one, whatever they contain: the prefix has no brace,
 * `%`, `}` and half surrogate pairs of the subject are escaped, and the algorithm's name has no colon. The braces keep
 * all policies of a subject in one cluster slot.
 */
export function keysOf(prefix: string, suffixes: readonly string[], subject: string): string[] {
  const head = `${prefix}:{${escaped(subject)}}`;
  return suffixes.map((suffix) => head + suffix);
}

/**
 * The key of `subject` within the subject that is the tag: `prefix:{tag}{subject}:policy:algorithm`. No other key is
 * like it: elsewhere a colon follows the tag.
 */
export function keyWithin(prefix: string, suffix: string, tag: string, subject: string): string {
  return `${prefix}:{${escaped(tag)}}{${escaped(subject)}}${suffix}`;
}

/** What follows the subject in its key. */
export function keySuffix(policy: string, algorithm: string): string {
  return `:${policy}:${algorithm}`;
}

/**
 * An empty tag would not be one, so the empty subject is written `%`, which no other subject is. Half a surrogate pair,
 * `%D800` to `%DFFF`, has no bytes of its own: all of them would be those of U+FFFD.
 */
function escaped(subject: string): string {
  if (subject === "") return "%";
  if (!(subject.includes("%") || subject.includes("}")) && subject.isWellFormed()) return subject;
  return subject
    .replaceAll("%", "%25")
    .replaceAll("}", "%7D")
    .replaceAll(/\p{Surrogate}/gu, (half) => `%${half.charCodeAt(0).toString(16).toUpperCase()}`);
}
