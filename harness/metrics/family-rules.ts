import type { Mistake, Sample } from "./prometheus-text.ts";

/** All that a text tells of one metric; filled while it is read. */
export interface Family {
  readonly name: string;
  /** Where it is first named. */
  readonly line: number;
  /** Undefined while no TYPE has been read. */
  type: string | undefined;
  hasHelp: boolean;
  readonly samples: Sample[];
}

/** Where the numbers of `family` cannot be those of a metric of its type. */
export function familyMistakes(family: Family): Mistake[] {
  return mistakesIn(family).map((mistake) => ({ ...mistake, metric: family.name }));
}

function mistakesIn(family: Family): Mistake[] {
  if (family.type === "counter") return family.samples.flatMap(counterMistakes);
  if (family.type === "histogram") return histogramMistakes(family);
  return [];
}

function counterMistakes({ name, value, line }: Sample): Mistake[] {
  return value >= 0 ? [] : [{ line, what: `the counter ${name} is ${value}` }];
}

function histogramMistakes({ name, samples }: Family): Mistake[] {
  const mistakes: Mistake[] = [];
  const groups = new Map<string, Sample[]>();
  for (const sample of samples) {
    const others = [...sample.labels]
      .filter(([label]) => label !== "le")
      .sort(([a], [b]) => (a < b ? -1 : 1));
    const id = JSON.stringify(others);
    const group = groups.get(id) ?? [];
    group.push(sample);
    groups.set(id, group);
    if (sample.name === name)
      mistakes.push({ line: sample.line, what: `${name} is a histogram, not a number` });
  }
  for (const group of groups.values()) mistakes.push(...bucketMistakes(name, group));
  return mistakes;
}

function bucketMistakes(name: string, group: readonly Sample[]): Mistake[] {
  const mistakes: Mistake[] = [];
  const buckets = group.filter((sample) => sample.name === `${name}_bucket`);
  const count = group.find((sample) => sample.name === `${name}_count`);
  const bounds = buckets.map(boundOf);
  const line = group[0]?.line ?? 0;
  buckets.forEach((bucket, i) => {
    const bound = bounds[i] ?? Number.NaN;
    const before = buckets[i - 1];
    if (Number.isNaN(bound))
      mistakes.push({ line: bucket.line, what: `a bucket of ${name} has no bound le` });
    if (before === undefined) return;
    if (!(bound > (bounds[i - 1] ?? Number.NaN)))
      mistakes.push({ line: bucket.line, what: `the bounds of ${name} do not rise` });
    if (!(bucket.value >= before.value))
      mistakes.push({
        line: bucket.line,
        what: `a bucket of ${name} holds less than the one below it`,
        mayBeTorn: true,
      });
  });
  const last = buckets.at(-1);
  if (last === undefined || bounds.at(-1) !== Number.POSITIVE_INFINITY)
    mistakes.push({ line: last?.line ?? line, what: `${name} has no last bucket le="+Inf"` });
  else if (count !== undefined && count.value !== last.value)
    mistakes.push({
      line: count.line,
      what: `${name}_count is not what its last bucket holds`,
      mayBeTorn: true,
    });
  if (count === undefined) mistakes.push({ line, what: `${name} has no ${name}_count` });
  if (!group.some((sample) => sample.name === `${name}_sum`))
    mistakes.push({ line, what: `${name} has no ${name}_sum` });
  return mistakes;
}

function boundOf({ labels }: Sample): number {
  const le = labels.get("le") ?? "";
  return le === "" ? Number.NaN : Number(le.replace(/^\+?Inf$/, "Infinity"));
}
