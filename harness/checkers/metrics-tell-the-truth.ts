import type { Evidence } from "../history/evidence.ts";
import { countedWithinMs, type History, type ToldMetrics } from "../history/history.ts";
import { referenceMetricNames } from "../metrics/metric-names.ts";
import { counted, percent } from "../promises/wording.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Checker } from "./checker.ts";
import { type Book, booksOf } from "./metrics/books.ts";
import { falseNumbers } from "./metrics/false-numbers.ts";
import { formatMistakes, isOpenMetrics } from "./metrics/format-mistakes.ts";
import { fourWays } from "./metrics/four-ways.ts";
import { type JudgedGaps, judgedGaps, type SeenLife } from "./metrics/judged-gaps.ts";
import type { OwnRequests } from "./metrics/own-requests.ts";
import { ownScrapes } from "./metrics/own-scrapes.ts";
import { type LifeTally, tallyRows } from "./metrics/row-tally.ts";
import { durationMistakes } from "./metrics/told-durations.ts";
import { steadyReplicas, type ToldLife, toldLives } from "./metrics/told-lives.ts";
import type { Gap } from "./metrics/worst-gaps.ts";

/** Options of `metricsTellTheTruth`. */
export interface MetricsTellTheTruthOptions {
  /** So long after an answer its decision may still not be counted, in milliseconds. @default 100 */
  readonly settleMs?: number;
  /** Share of the requests that the metrics may leave open, 0 to 1; with more, a pass would mean little. @default 0.05 */
  readonly maxBlindShare?: number;
}

/**
 * Fails when what a gateway tells of its decisions is no Prometheus text, or when a counter moved, between any two
 * scrapes of one process life, by less than the answers prove or more than all requests explain. A request without a
 * clear answer counts as any outcome or none, once; so do our own scrapes and controls, unless the readings prove that
 * they are not counted. No count is NaN or infinite. A life that was killed is judged until its last scrape. Not
 * applicable without metrics, or where they are OpenMetrics. Where others ask too, a counter convicts only who tells
 * one start time throughout.
 */
export function metricsTellTheTruth(options: MetricsTellTheTruthOptions = {}): Checker {
  return {
    name: "metrics-tell-the-truth",
    check: ({ history }: Evidence) => ({
      checker: "metrics-tell-the-truth",
      kind: "proof",
      ...outcomeOf(history, options),
    }),
  };
}

type Outcome = Omit<Finding, "checker" | "kind">;

const usual: ToldMetrics = { names: referenceMetricNames, asked: "by-us-alone" };

function outcomeOf(
  history: History,
  { settleMs = countedWithinMs, maxBlindShare = 0.05 }: MetricsTellTheTruthOptions,
): Outcome {
  const { names, asked } = history.metrics ?? usual;
  const notApplicable = (summary: string): Outcome => ({ verdict: "not-applicable", summary, numbers: {} });
  if (history.scrapes.length === 0) return notApplicable("No gateway tells any metrics");
  if (history.scrapes.some(isOpenMetrics))
    return notApplicable("The gateways tell their metrics as OpenMetrics, which nobody reads here");
  const { books, lives } = readBooks(history, names, asked);
  const garbled = formatMistakes(lives, names);
  if (books.length === 0 && garbled.convictions.length === 0)
    return {
      ...notApplicable(
        `The gateways have metrics, but none called ${[...new Set(names.allowed)].join(" or ")}: say what counts the decisions`,
      ),
      notes: garbled.notes,
    };
  const tallies = tallyRows(history, lives, settleMs);
  const scrapes = ownScrapes(lives, books, settleMs);
  const seen = lives.map(
    (life, index): SeenLife => ({
      life,
      tally: tallies[index] as LifeTally,
      scrapes: scrapes[index] as OwnRequests,
    }),
  );
  const judged = judgedGaps(seen, books, asked);
  const gaps = judged.gaps.toSorted(
    (a, b) => Number(b.kind === "fell") - Number(a.kind === "fell") || b.by - a.by,
  );
  const steady = steadyReplicas(lives);
  const isProved = ({ life }: Gap): boolean => asked === "by-us-alone" || steady.has(life.replica);
  const sentence = (gap: Gap): string => words(gap, history.run.originMs);
  const slow = slowIn(seen, books, judged, { history, names, asked, settleMs });
  const table = fourWays(history, lives, tallies, books);
  const infinite = falseNumbers(lives, books, names.durationSeconds);
  const convictions = [...garbled.convictions, ...infinite, ...gaps.filter(isProved).map(sentence), ...slow];
  const blindShare = blindShareOf(lives, tallies);
  const numbers = { ...table.numbers, convictions: convictions.length, blindShare };
  const notes = [...table.notes, ...judged.notes, ...garbled.notes];
  const [first, ...others] = convictions;
  if (first !== undefined)
    return { verdict: "fail", summary: first, numbers, notes: [...others.slice(0, 5), ...notes] };
  const [doubt] = [
    ...gaps.map((gap) => `${sentence(gap)}, ${notOne}`),
    ...judged.doubtful.map((gap) => `${sentence(gap)}, ${notAsked}`),
    ...(blindShare <= maxBlindShare ? [] : [leftOpen(blindShare)]),
  ];
  if (doubt !== undefined) return { verdict: "inconclusive", summary: doubt, numbers, notes };
  const most = counted(numbers.answered);
  const summary = `What ${counted(new Set(lives.map(({ replica }) => replica)).size)} gateways count agrees with ${most} answers${blindShare === 0 ? " exactly" : `, ${percent(blindShare)} left open`}`;
  return { verdict: "pass", summary, numbers, notes };
}

function leftOpen(blindShare: number): string {
  return `Nothing that the metrics tell is false, but they leave ${percent(blindShare)} of the requests open: scrapes too few, or outcomes unknown`;
}

const notOne =
  "but no single process_start_time_seconds stands in all its readings: it may be several processes";

const notAsked = "but the requests for its health may be among them";

interface Told extends Pick<ToldMetrics, "names" | "asked"> {
  readonly history: History;
  readonly settleMs: number;
}

/** Sentences on durations; none where others ask too. */
function slowIn(
  seen: readonly SeenLife[],
  books: readonly Book[],
  { ownIn }: JudgedGaps,
  { history, names: { durationSeconds }, asked, settleMs }: Told,
): string[] {
  if (durationSeconds === undefined || asked === "by-others-too") return [];
  const durations = books.find(({ metrics }) => metrics === `${durationSeconds}_count`);
  return seen.flatMap((one) =>
    durationMistakes(history, one.life, one.tally, durationSeconds, settleMs, ownIn(one, durations)),
  );
}

/** The lives, and what can be compared in them. */
function readBooks(
  history: History,
  names: ToldMetrics["names"],
  asked: ToldMetrics["asked"],
): { readonly books: readonly Book[]; readonly lives: readonly ToldLife[] } {
  const tolds = toldLives(history, () => 0, false).flatMap(({ readings }) => readings);
  const samples = tolds.flatMap((reading) => reading.samples);
  const told = new Set(samples.map(({ name }) => name));
  const { sourceLabel } = names;
  const sources = new Set(
    samples.flatMap(({ name, labels }) => {
      const source =
        sourceLabel === undefined || !isOutcome(names, name) ? undefined : labels.get(sourceLabel);
      return source === undefined ? [] : [source];
    }),
  );
  // What is declared for a gateway that already runs may have another name there: it is judged in all, not by name.
  const { throttled } = names;
  const named = new Set(
    samples.flatMap(({ name, labels }) =>
      name === throttled?.name ? [labels.get(throttled.policyLabel)] : [],
    ),
  );
  const isNamed = history.policies.every(({ name }) => named.has(name));
  const policies = isNamed ? history.policies.map(({ name }) => name) : [];
  const books = booksOf(names, policies, (name) => told.has(name), sources);
  const sum = (reading: ToldLife["readings"][number]): number =>
    books.reduce((all, book) => all + book.told(reading.samples), 0);
  return { books, lives: toldLives(history, sum, asked === "by-others-too") };
}

function isOutcome({ allowed, denied = [], unavailable = [] }: ToldMetrics["names"], name: string): boolean {
  return [...allowed, ...denied, ...unavailable].some(
    (series) => series === name || series.startsWith(`${name}{`),
  );
}

function words({ life, book, kind, told, bound, fromMs, untilMs }: Gap, originMs: number): string {
  const second = (ms: number): string => ((ms - originMs) / 1_000).toFixed(1).replace(/^-0\.0$/, "0.0");
  const start = fromMs === life.fromMs ? "its start" : `${second(fromMs)} s`;
  const span = `from ${start} to ${second(untilMs)} s`;
  if (kind === "fell")
    return `Gateway ${life.replica} counted ${counted(bound)} ${book.what} and then ${counted(told)}, in one process life (${book.metrics})`;
  const limit = kind === "too-few" ? "prove at least" : "and all that is unknown explain at most";
  return `Gateway ${life.replica} counted ${counted(told)} ${book.what} ${span}, its answers ${limit} ${counted(bound)} (${book.metrics})`;
}

/** Share of the requests that no counter was compared with: sent outside the readings of a life, or never answered. */
function blindShareOf(lives: readonly ToldLife[], tallies: readonly LifeTally[]): number {
  let [all, seen] = [0, 0];
  for (const [index, { readings }] of lives.entries()) {
    const tally = tallies[index];
    if (tally === undefined) continue;
    const last = readings.length - 1;
    all += tally.answered + (tally.unknownBy.at(-1) ?? 0);
    const sum = (counts: readonly Float64Array[], at: number): number =>
      counts.reduce((total, of) => total + (of[at] ?? 0), 0);
    if (last > 0) seen += Math.max(0, sum(tally.settledBy, last) - sum(tally.sentBy, 0));
  }
  return all === 0 ? 1 : 1 - seen / all;
}
