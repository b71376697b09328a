import { readSeries, type Series } from "./series.ts";

/** Picks samples: those of its name that have all of its labels. */
export interface MetricSelector {
  readonly name: string;
  readonly picks: (sample: Series) => boolean;
}

/** Reads `name` or `name{label="value"}`, as the text format writes a series. Throws a SyntaxError that says what is wrong. */
export function metricSelector(text: string): MetricSelector {
  const series = readSeries(text);
  if ("mistake" in series) throw new SyntaxError(`${text} selects no metric: ${series.mistake}`);
  if (series.end !== text.length) throw new SyntaxError(`${text} selects no metric: more follows its labels`);
  const { name } = series;
  const labels = [...series.labels];
  return {
    name,
    picks: (sample) =>
      sample.name === name && labels.every(([label, value]) => sample.labels.get(label) === value),
  };
}
