const wrapper = "not a finite number";

/**
 * `value` as JSON, from which `parseExactJson` reads the same: NaN and the infinities, for which JSON has no word and
 * writes null, as an object that holds their names.
 */
export function exactJson(value: unknown): string {
  return JSON.stringify(value, (_name, part: unknown) =>
    typeof part === "number" && !Number.isFinite(part) ? { [wrapper]: String(part) } : part,
  );
}

/** Reads what `exactJson` wrote. Throws a SyntaxError for what is no JSON. */
export function parseExactJson(text: string): unknown {
  return JSON.parse(text, (_name, part: unknown) =>
    typeof part === "object" && part !== null && wrapper in part ? Number(part[wrapper]) : part,
  );
}
