/** A bare item of a structured field (RFC 9651), as far as limiters use them. */
export type BareItem =
  | { readonly kind: "string" | "token" | "bytes"; readonly text: string }
  | { readonly kind: "integer" | "decimal" | "date"; readonly number: number }
  | { readonly kind: "boolean"; readonly isTrue: boolean };

/** One member of a list, and its parameters by name. */
export interface ListItem {
  readonly item: BareItem;
  readonly parameters: ReadonlyMap<string, BareItem>;
}

/** A list, or where it goes wrong: `column` counts from 1. */
export type ListRead =
  | { readonly items: readonly ListItem[] }
  | { readonly mistake: string; readonly column: number };

/**
 * Reads a structured-field List of Items (RFC 9651, section 4.2.1) strictly. Inner lists are a mistake here: no field
 * that limiters send has any. Never throws.
 */
export function readStructuredList(text: string): ListRead {
  const items: ListItem[] = [];
  const trimmed = text.replace(/^ +| +$/g, "");
  const shift = text.length - text.trimStart().length;
  let at = 0;
  const mistake = (what: string): ListRead => ({ mistake: what, column: shift + at + 1 });
  while (at < trimmed.length) {
    const bare = bareItemAt(trimmed, at);
    if (bare === null) return mistake("no item begins there");
    at = bare.end;
    const parameters = new Map<string, BareItem>();
    for (let key = match(parameterKey, trimmed, at); key !== null; key = match(parameterKey, trimmed, at)) {
      at += key[0].length;
      const name = key[1] ?? "";
      if (trimmed[at] !== "=") {
        parameters.set(name, { kind: "boolean", isTrue: true });
        continue;
      }
      const value = bareItemAt(trimmed, at + 1);
      if (value === null) return mistake(`the parameter ${name} has no value that can be read`);
      parameters.set(name, value.item);
      at = value.end;
    }
    items.push({ item: bare.item, parameters });
    if (at === trimmed.length) return { items };
    const comma = match(/[ \t]*,[ \t]*/y, trimmed, at);
    if (comma === null) return mistake("neither a comma nor a parameter follows the item");
    at += comma[0].length;
    if (at === trimmed.length) return mistake("nothing follows the last comma");
  }
  return { items };
}

const parameterKey = /; *([a-z*][a-z0-9_\-.*]*)/y;

const kinds: readonly (readonly [RegExp, (found: RegExpExecArray) => BareItem])[] = [
  [
    /"((?:[ !#-[\]-~]|\\["\\])*)"/y,
    ([, text = ""]) => ({ kind: "string", text: text.replace(/\\(.)/g, "$1") }),
  ],
  [/-?\d{1,12}\.\d{1,3}(?![\d.])/y, ([text]) => ({ kind: "decimal", number: Number(text) })],
  [/-?\d{1,15}(?![\d.])/y, ([text]) => ({ kind: "integer", number: Number(text) })],
  [/@(-?\d{1,15})(?![\d.])/y, ([, text]) => ({ kind: "date", number: Number(text) })],
  [/\?([01])/y, ([, bit]) => ({ kind: "boolean", isTrue: bit === "1" })],
  [/:([A-Za-z0-9+/]*={0,2}):/y, ([, text = ""]) => ({ kind: "bytes", text })],
  [/[A-Za-z*][!#$%&'*+\-.^_`|~0-9A-Za-z:/]*/y, ([text]) => ({ kind: "token", text })],
];

function bareItemAt(text: string, at: number): { readonly item: BareItem; readonly end: number } | null {
  for (const [pattern, made] of kinds) {
    const found = match(pattern, text, at);
    if (found !== null) return { item: made(found), end: at + found[0].length };
  }
  return null;
}

function match(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}
