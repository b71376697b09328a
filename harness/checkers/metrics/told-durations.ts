import type { History } from "../../history/history.ts";
import { outcomeCode } from "../../history/requests.ts";
import { counted, duration } from "../../promises/wording.ts";
import type { OwnRequests } from "./own-requests.ts";
import type { LifeTally } from "./row-tally.ts";
import type { ToldLife } from "./told-lives.ts";

/** Slack for the granularity of a clock, a decision, in seconds. */
const granularity = 1e-6;
/** What the clock of a limiter that says nothing of it may count in, in milliseconds. */
const usualResolutionMs = 1;

/**
 * Sentences that convict the histogram `name` (seconds) of a life: a decision takes no longer than its request does, but
 * for one step of the limiter's clock, so each bucket must hold at least the requests answered so much within its bound,
 * and where nothing is unknown the sum cannot be more than all requests took.
 */
export function durationMistakes(
  { requests, visits = [], promises }: History,
  life: ToldLife,
  tally: LifeTally,
  name: string,
  settleMs: number,
  own: OwnRequests,
): string[] {
  const [first, last] = [life.readings[0], life.readings.at(-1)];
  if (first === undefined || last === undefined || first === last) return [];
  const resolutions = promises.map(({ clockResolutionMs }) => clockResolutionMs);
  const resolutionMs = resolutions.length === 0 ? usualResolutionMs : Math.max(...resolutions);
  const bounds = boundsIn(last.samples, name);
  const within = new Float64Array(bounds.length + 1);
  const [fromMs, untilMs] = [first.receivedMs, last.requestedMs - settleMs];
  let atMostMs = own.tookMs;
  let possible = own.askedBy.at(-1) ?? 0;
  for (let row = 0; row < requests.count; row++) {
    const outcome = requests.outcome[row] ?? 0;
    if (requests.replica[row] !== life.replica || !isAnswer(outcome)) continue;
    const sentMs = requests.sentMs[row] ?? 0;
    const receivedMs = requests.receivedMs[row] ?? 0;
    const tookMs = receivedMs - sentMs;
    if (sentMs <= last.receivedMs && receivedMs >= first.requestedMs - settleMs) {
      atMostMs += tookMs;
      possible++;
    }
    if (sentMs < fromMs || receivedMs > untilMs) continue;
    let at = 0;
    while (tookMs + resolutionMs > 1_000 * (bounds[at] ?? Number.POSITIVE_INFINITY)) at++;
    within[at] = (within[at] ?? 0) + 1;
  }
  for (const { replica, sentMs, receivedMs } of visits) {
    if (replica !== life.replica || receivedMs === null) continue;
    atMostMs += receivedMs - sentMs;
    possible++;
  }
  const told = (series: string, le?: number) =>
    valueIn(last.samples, series, le) - valueIn(first.samples, series, le);
  const mistakes: string[] = [];
  const sum = told(`${name}_sum`);
  const unknown = tally.unknownBy.at(-1) ?? 0;
  if (unknown === 0 && sum > atMostMs / 1_000 + possible * (granularity + resolutionMs / 1_000))
    mistakes.push(
      `Gateway ${life.replica} tells that its decisions took ${counted(sum)} s in all, where even the requests took ${counted(atMostMs / 1_000)} s (${name})`,
    );
  let least = 0;
  for (const [index, bound] of bounds.entries()) {
    least += within[index] ?? 0;
    const has = told(`${name}_bucket`, bound);
    if (has < least)
      mistakes.push(
        `Gateway ${life.replica} tells of ${counted(has)} decisions within ${duration(1_000 * bound)}, where ${counted(least)} were answered within it (${name})`,
      );
  }
  return mistakes;
}

function isAnswer(outcome: number): boolean {
  return (
    outcome === outcomeCode.allowed || outcome === outcomeCode.denied || outcome === outcomeCode.unavailable
  );
}

type Samples = ToldLife["readings"][number]["samples"];

function boundsIn(samples: Samples, name: string): number[] {
  const found = samples.filter((sample) => sample.name === `${name}_bucket`).map(boundOf);
  return [...new Set(found)].filter(Number.isFinite).sort((a, b) => a - b);
}

function valueIn(samples: Samples, name: string, le?: number): number {
  return samples.reduce(
    (sum, sample) =>
      sample.name === name && (le === undefined || boundOf(sample) === le) ? sum + sample.value : sum,
    0,
  );
}

function boundOf({ labels }: Samples[number]): number {
  return Number((labels.get("le") ?? "").replace(/^\+?Inf$/, "Infinity"));
}
