import { fourDigits } from "../four-digits.ts";
import type { GateResult } from "../result.ts";
import { expectedOf, mean } from "./expected-of.ts";

/** How one number is compared. */
export interface NumberComparison {
  /** How often chance alone may make it seem to have grown, 0 to 1. */
  readonly falseAlarmShare: number;
  /** The growth that is to be found, as a share of the mean. */
  readonly findsShare: number;
  /** What one request more or less changes it by; `null` where nobody knows. */
  readonly step: number | null;
}

/** So many requests may fall to one mishap, those that were on their way when a connection broke, say. */
const requestsOfMishap = 10;

/**
 * Whether the mean of `now` has grown beyond what `trials` let expect, by their difference: of nothing there is no ratio.
 *
 * It fails only beyond the noise that the trials showed (`expectedOf`) and beyond so many mishaps as chance may put into
 * the new runs alone. Of k mishaps, rare and independent, each falls into one of the new runs with a chance of runs over
 * all runs, whatever their rate: that all k do, and none into any trial, has the k-th power of that. So of a number that was
 * nothing in ten trials a request or two convict nobody, and hundreds do. Where trials that were all the same show no
 * noise, and nobody knows what one request changes, what has grown is inconclusive: it does not pass. Where they differ so
 * much that a growth of `findsShare` would not be seen, it is not applicable.
 */
export function compareDifference(
  now: readonly number[],
  trials: readonly number[],
  { falseAlarmShare, findsShare, step }: NumberComparison,
): Pick<GateResult, "actual" | "verdict" | "summary"> {
  const [runs, actual] = [now.length, mean(now)];
  const before = expectedOf(trials, { falseAlarmShare, runs });
  const change = `${fourDigits(actual)} beside the baseline's ${fourDigits(before.mean)}`;
  if (step === null && before.spread === 0 && actual > before.mean) {
    const summary = `${change}, which was the same in all ${trials.length} trials: nobody knows how much of that is noise`;
    return { actual, verdict: "inconclusive", summary };
  }
  const floor = ((step ?? 0) * requestsOfMishap * mishaps(trials.length, runs, falseAlarmShare)) / runs;
  const noise = Math.max(before.bound - before.mean, floor);
  const explained = `noise explains ${fourDigits(before.mean + noise)} over ${trials.length} trials`;
  if (actual - before.mean > noise) return { actual, verdict: "fail", summary: `${change}: ${explained}` };
  if (noise > Math.max(floor, findsShare * before.mean)) {
    const summary = `${change}: ${explained}, too much to find less: save a baseline of more trials`;
    return { actual, verdict: "not-applicable", summary };
  }
  return { actual, verdict: "pass", summary: `${change}: ${explained}` };
}

/** The fewest mishaps that all fall into the `runs`, and none into the `trials`, with a chance of `share` at most. */
function mishaps(trials: number, runs: number, share: number): number {
  return Math.ceil(Math.log(1 / share) / Math.log((trials + runs) / runs));
}
