/** What can be written as JSON; a bigint as a whole number. */
export type Writable =
  | string
  | boolean
  | number
  | bigint
  | null
  | readonly Writable[]
  | { readonly [name: string]: Writable };

/** JSON as Go's encoding/json writes it: numbers of 32 bits in as few digits as they need, nothing that HTML knows. */
export function writeJson(value: Writable): string {
  if (value === null || typeof value === "boolean" || typeof value === "bigint") return String(value);
  if (typeof value === "string") return text(value);
  if (typeof value === "number") return shortest(value);
  if (isList(value)) return `[${value.map(writeJson).join(",")}]`;
  return `{${Object.entries(value)
    .map(([name, field]) => `${text(name)}:${writeJson(field)}`)
    .join(",")}}`;
}

/** An object with foreign names, sorted as Go sorts the keys of a map. */
export function writeSorted(entries: readonly (readonly [string, Writable])[]): string {
  const sorted = [...entries].sort(([one], [other]) => Buffer.compare(Buffer.from(one), Buffer.from(other)));
  return `{${sorted.map(([name, value]) => `${text(name)}:${writeJson(value)}`).join(",")}}`;
}

function isList(value: Writable): value is readonly Writable[] {
  return Array.isArray(value);
}

function text(value: string): string {
  return JSON.stringify(value).replaceAll(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function shortest(value: number): string {
  for (let digits = 1; digits < 10; digits++) {
    const rounded = Number(value.toPrecision(digits));
    if (Math.fround(rounded) === value) return String(rounded);
  }
  return String(value);
}
