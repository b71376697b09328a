/** Sentences for the names in `given` that are none of `known`; `owner` is whose they are, `redis.` say. */
export function wrongNames(given: object, known: readonly string[], owner = ""): readonly string[] {
  return Object.entries(given).flatMap(([name, value]) =>
    value === undefined || known.includes(name)
      ? []
      : [`${owner}${name} is no option; the options are ${known.join(", ")}`],
  );
}

/** Whether names can be looked for in it. */
export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
