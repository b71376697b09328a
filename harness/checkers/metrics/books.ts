import type { MetricNames } from "../../history/history.ts";
import { noPolicy, sourceCode } from "../../history/requests.ts";
import { type MetricSelector, metricSelector } from "../../metrics/metric-selector.ts";
import type { Sample } from "../../metrics/prometheus-text.ts";
import type { Series } from "../../metrics/series.ts";
import type { RowClass } from "./row-tally.ts";

/** One thing that a limiter counts and that the answers tell too. */
export interface Book {
  /** What is counted, as in "1,204 denials". */
  readonly what: string;
  /** The metrics that count it. */
  readonly metrics: string;
  /** What a reading tells. */
  readonly told: (samples: readonly Sample[]) => number;
  /** Whether an answer is certainly, possibly or certainly not counted in it. */
  readonly holds: (row: RowClass) => "yes" | "maybe" | "no";
}

/** The books that a limiter whose metrics have these names keeps, as far as `isTold` says that it tells the metric. */
export function booksOf(
  names: MetricNames,
  policies: readonly string[],
  isTold: (metric: string) => boolean,
  sources: ReadonlySet<string>,
): Book[] {
  const outcomes = (["allowed", "denied", "unavailable"] as const).flatMap((outcome) => {
    const series = (names[outcome] ?? []).map(metricSelector).filter(({ name }) => isTold(name));
    return series.length === 0 ? [] : [{ outcome, series }];
  });
  const books = outcomes.map(({ outcome, series }) => outcomeBook(outcome, series));
  for (const { outcome, series } of outcomes)
    for (const source of ["redis", "local"] as const)
      if (sources.has(source) && [...sources].every((one) => one === "redis" || one === "local"))
        books.push(sourceBook(outcome, series, names.sourceLabel ?? "", source));
  if (outcomes.length > 1) books.push(allBook(outcomes));
  const { throttled, durationSeconds } = names;
  if (throttled !== undefined && isTold(throttled.name)) {
    books.push(throttledBook(throttled.name));
    for (const [index, name] of policies.entries())
      books.push(policyBook(throttled, name, index, policies.length));
  }
  if (durationSeconds !== undefined && isTold(`${durationSeconds}_count`))
    books.push(durationBook(`${durationSeconds}_count`));
  return books;
}

type Outcome = RowClass["outcome"];
const plural: Readonly<Record<Outcome, string>> = {
  allowed: "admissions",
  denied: "denials",
  unavailable: "refusals for want of a decision",
};

function outcomeBook(outcome: Outcome, series: readonly MetricSelector[]): Book {
  return {
    what: plural[outcome],
    metrics: namesOf(series),
    told: totalOf(series),
    holds: (row) => (row.outcome === outcome ? "yes" : "no"),
  };
}

function sourceBook(
  outcome: Outcome,
  series: readonly MetricSelector[],
  label: string,
  source: "redis" | "local",
): Book {
  const own = series.map(({ name, picks }) => ({
    name,
    picks: (sample: Series) => picks(sample) && sample.labels.get(label) === source,
  }));
  return {
    what: `${plural[outcome]} ${source === "redis" ? "by Redis" : "without Redis"}`,
    metrics: namesOf(series),
    told: totalOf(own),
    holds(row) {
      if (row.outcome !== outcome) return "no";
      if (row.source === sourceCode[source]) return "yes";
      return row.source === sourceCode.unlabelled ? "maybe" : "no";
    },
  };
}

function allBook(
  outcomes: readonly { readonly outcome: Outcome; readonly series: readonly MetricSelector[] }[],
): Book {
  const series = outcomes.flatMap((one) => one.series);
  return {
    what: "decisions",
    metrics: namesOf(series),
    told: totalOf(series),
    holds: (row) => (outcomes.some(({ outcome }) => outcome === row.outcome) ? "yes" : "no"),
  };
}

function throttledBook(name: string): Book {
  return {
    what: "throttled requests",
    metrics: name,
    told: totalOf([metricSelector(name)]),
    holds: ({ outcome }) => (outcome === "denied" ? "yes" : "no"),
  };
}

function policyBook(
  { name, policyLabel }: NonNullable<MetricNames["throttled"]>,
  policy: string,
  index: number,
  policies: number,
): Book {
  const unnamed = policies === 1 ? "yes" : "maybe";
  return {
    what: `requests throttled by "${policy}"`,
    metrics: name,
    told: totalOf([{ picks: (sample) => sample.name === name && sample.labels.get(policyLabel) === policy }]),
    holds({ outcome, policy: own }) {
      if (outcome !== "denied") return "no";
      if (own === noPolicy) return unnamed;
      return own === index ? "yes" : "no";
    },
  };
}

function durationBook(name: string): Book {
  return { what: "durations", metrics: name, told: totalOf([metricSelector(name)]), holds: () => "yes" };
}

function totalOf(series: readonly Pick<MetricSelector, "picks">[]): Book["told"] {
  return (samples) =>
    samples.reduce((sum, one) => (series.some(({ picks }) => picks(one)) ? sum + one.value : sum), 0);
}

function namesOf(series: readonly MetricSelector[]): string {
  return [...new Set(series.map(({ name }) => name))].join(" and ");
}
