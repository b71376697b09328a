import { type BareItem, readStructuredList } from "./structured-list.ts";

/** One item of `RateLimit` or `RateLimit-Policy`: a policy's name, and its parameters that are whole numbers. */
export interface RateLimitItem {
  readonly name: string;
  readonly numbers: ReadonlyMap<string, number>;
}

/** What a field says, what is wrong with it, or that an older draft than the one read here wrote it. */
export type RateLimitRead =
  | { readonly items: readonly RateLimitItem[] }
  | { readonly mistake: string }
  | { readonly isOlderDraft: true };

/** Reads `RateLimit` as draft-ietf-httpapi-ratelimit-headers-11 has it: `"burst";r=37;t=1`. */
export function readRateLimit(text: string): RateLimitRead {
  return read(text, { required: "r", optional: ["t"] });
}

/** Reads `RateLimit-Policy` of the same draft: `"burst";q=100;w=60`. */
export function readRateLimitPolicy(text: string): RateLimitRead {
  return read(text, { required: "q", optional: ["w"] });
}

interface Grammar {
  readonly required: string;
  readonly optional: readonly string[];
}

/** `limit=100, remaining=5, reset=3` and `100;w=60` are how drafts before 8 had it: not wrong, but other fields. */
const older = /^\s*(?:(?:limit|remaining|reset)=\d+|\d+(?:;\s*w=\d+)?)(?:\s*,|\s*;|\s*$)/;

function read(text: string, { required, optional }: Grammar): RateLimitRead {
  if (older.test(text)) return { isOlderDraft: true };
  const list = readStructuredList(text);
  if ("mistake" in list) return { mistake: `${list.mistake} (column ${list.column})` };
  if (list.items.length === 0) return { mistake: "a list is never empty" };
  const items: RateLimitItem[] = [];
  for (const { item, parameters } of list.items) {
    if (item.kind !== "string")
      return { mistake: `a policy's name is a String in quotes, not a ${item.kind}` };
    const numbers = new Map<string, number>();
    for (const key of [required, ...optional]) {
      const value = parameters.get(key);
      if (value === undefined && key !== required) continue;
      const number = wholeNumber(value);
      if (number === null)
        return {
          mistake: `${key} of "${item.text}" is ${value === undefined ? "missing" : "no whole number from 0 on"}`,
        };
      numbers.set(key, number);
    }
    if (items.some(({ name }) => name === item.text)) return { mistake: `"${item.text}" is there twice` };
    items.push({ name: item.text, numbers });
  }
  return { items };
}

function wholeNumber(value: BareItem | undefined): number | null {
  return value?.kind === "integer" && value.number >= 0 ? value.number : null;
}
