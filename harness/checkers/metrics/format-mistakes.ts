import type { MetricNames, Scrape } from "../../history/history.ts";
import { metricSelector } from "../../metrics/metric-selector.ts";
import type { Mistake } from "../../metrics/prometheus-text.ts";
import type { Reading, ToldLife } from "./told-lives.ts";

/** What is wrong with the format of metrics: sentences that convict, and those that only tell. */
export interface FormatMistakes {
  readonly convictions: readonly string[];
  readonly notes: readonly string[];
}

/**
 * The first mistake of each life in what `names` reads, which convicts, and the first in metrics that concern no
 * limiter, which does not. A histogram that may have been read while it counted is a mistake only where it rested.
 */
export function formatMistakes(lives: readonly ToldLife[], names: MetricNames): FormatMistakes {
  const read = metricsIn(names);
  const convictions: string[] = [];
  const notes: string[] = [];
  for (const life of lives) {
    const mistakes = mistakesOf(life);
    const own = mistakes.find(({ metric = "" }) => read.has(metric));
    const other = mistakes.find(({ metric = "" }) => !read.has(metric));
    const words = ({ line, what }: Mistake): string => `line ${line}: ${what}`;
    if (own !== undefined)
      convictions.push(`The metrics of gateway ${life.replica} are no Prometheus text: ${words(own)}`);
    if (other !== undefined)
      notes.push(
        `Gateway ${life.replica} tells something that is no Prometheus text, and nothing of its decisions: ${words(other)}`,
      );
  }
  return { convictions, notes: [...new Set(notes)].slice(0, 3) };
}

/** Whether a gateway told its metrics in the format of that name, whose rules are others. */
export function isOpenMetrics({ text, format }: Scrape): boolean {
  return format === "openmetrics" || /(?:^|\n)# EOF\n?$/.test(text);
}

/** What was read last of a life that ended may have been cut off with it. */
function mistakesOf({ untilMs, readings }: ToldLife): Mistake[] {
  const whole = untilMs === Number.POSITIVE_INFINITY ? readings : readings.slice(0, -1);
  return whole.flatMap((reading, index) =>
    reading.mistakes.filter(
      ({ mayBeTorn = false, metric = "" }) => !mayBeTorn || hasRested(metric, whole[index - 1], reading),
    ),
  );
}

/** Whether two readings of what only grows tell the same: then nothing was counted while the second was made. */
function hasRested(metric: string, before: Reading | undefined, reading: Reading): boolean {
  if (before === undefined) return false;
  const told = ({ samples }: Reading): string =>
    samples
      .filter(({ name }) => name.replace(/_(bucket|sum|count)$/, "") === metric)
      .map(({ name, labels, value }) => JSON.stringify([name, [...labels], value]))
      .join();
  return told(before) === told(reading);
}

/** The names of all metrics that are read, and of those that a histogram is made of. */
function metricsIn(names: MetricNames): ReadonlySet<string> {
  const { allowed, denied = [], unavailable = [], throttled, durationSeconds } = names;
  const series = [...allowed, ...denied, ...unavailable].map((text) => metricSelector(text).name);
  const parts = ["", "_bucket", "_sum", "_count"].map((part) => `${durationSeconds}${part}`);
  return new Set([
    ...series,
    ...(throttled === undefined ? [] : [throttled.name]),
    ...(durationSeconds === undefined ? [] : parts),
  ]);
}
