import type { Triple } from "../finding.ts";
import { fourDigits } from "../four-digits.ts";
import type { GateResult } from "../result.ts";
import { compareDifference, type NumberComparison } from "./compare-difference.ts";
import { expectedOf, mean } from "./expected-of.ts";
import type { Prediction } from "./prediction-bound.ts";

/** A growth by less than this share of the mean is no regression, however steady the trials were. */
const marginShare = 0.05;

/** A growth of accuracy by so much is to be found, or it is not gated. */
const accuracyFinds = 0.02;

/** So that a bound which is just the margin is not beyond it. */
const rounding = 1e-9;

/** How much of the noise a growth must exceed beyond the bound to be found 19 times of 20. */
const nineteenOfTwenty = 1.645;

type Compared = Pick<GateResult, "actual" | "verdict" | "summary">;

/**
 * Whether the mean of `now`, one or more runs, has grown beyond what `trials` let expect of further ones. It fails beyond
 * the prediction bound and the margin; it passes only where a growth of `findsShare` would be found 19 times of 20. Where
 * the trials differ so much that it would not, it is not applicable, and fails beyond twice the bound only. Where it is
 * nothing in some of the runs there is no ratio, and they are compared by their difference.
 */
export function compareNumber(
  now: readonly number[],
  trials: readonly number[],
  { falseAlarmShare, findsShare, step }: NumberComparison,
): Compared {
  if (Math.min(...trials, ...now) <= 0)
    return compareDifference(now, trials, { falseAlarmShare, findsShare, step });
  const actual = mean(now);
  const options = { falseAlarmShare, runs: now.length };
  const found = foundGrowth(trials, options);
  const isBlunt = found > findsShare;
  const before = expectedOf(trials.map(Math.log), options);
  const noise = Math.max(before.bound - before.mean, Math.log(1 + marginShare));
  const allowed = isBlunt ? 2 * noise : noise;
  const grown = mean(now.map(Math.log)) - before.mean;
  const change = `${fourDigits(actual)} is ${percent(Math.expm1(grown))} beside the baseline's ${fourDigits(Math.exp(before.mean))}`;
  const explained = percent(Math.expm1(allowed));
  if (grown > allowed) {
    const summary = `${change}: noise explains ${explained} over ${trials.length} trials`;
    return { actual, verdict: "fail", summary };
  }
  if (isBlunt) {
    const summary = `${change}, and the trials differ so much that only ${percent(found)} would be found, not ${percent(findsShare)}: save a baseline of more than ${trials.length} trials, or judge several runs`;
    return { actual, verdict: "not-applicable", summary };
  }
  return { actual, verdict: "pass", summary: `${change}: within ${explained}` };
}

/** The growth of a positive number, as a share, that is found 19 times of 20. */
export function foundGrowth(
  trials: readonly number[],
  { falseAlarmShare, runs }: { readonly falseAlarmShare: number; readonly runs: number },
): number {
  if (Math.min(...trials) <= 0) return Number.POSITIVE_INFINITY;
  const before = expectedOf(trials.map(Math.log), { falseAlarmShare, runs });
  const bound = Math.max(before.bound - before.mean, Math.log(1 + marginShare));
  return Math.expm1(bound + (nineteenOfTwenty * before.spread) / Math.sqrt(runs));
}

/**
 * The same for an accuracy, which is known between bounds; a growth by less than `margin` is no regression. What is proved depends on how sharp the evidence was, and the
 * estimate on how blunt: it fails only where both have grown beyond their trials, so that neither a calmer machine nor a
 * busier one convicts.
 */
export function compareAccuracy(
  now: readonly Triple[],
  trials: { readonly proved: readonly number[]; readonly estimate: readonly number[] },
  { falseAlarmShare, margin }: Pick<NumberComparison, "falseAlarmShare"> & { readonly margin: number },
): Compared {
  const options = { falseAlarmShare, runs: now.length };
  const proved = against(
    now.map((one) => one.proved),
    expectedOf(trials.proved, options),
    margin,
  );
  const estimate = against(
    now.map((one) => one.estimate),
    expectedOf(trials.estimate, options),
    margin,
  );
  const atMost = mean(now.map((one) => one.atMost));
  const actual: Triple = { proved: proved.now, estimate: estimate.now, atMost };
  const change = `${fourDigits(proved.now)} proved, about ${fourDigits(estimate.now)}, beside ${fourDigits(proved.before)} and ${fourDigits(estimate.before)} in the baseline`;
  const noise = `noise explains ${fourDigits(proved.bound)} and ${fourDigits(estimate.bound)} over ${trials.proved.length} trials`;
  if (proved.now > proved.bound && estimate.now > estimate.bound)
    return { actual, verdict: "fail", summary: `${change}: ${noise}` };
  const finds = Math.max(accuracyFinds, margin) * Math.max(1, proved.before);
  if (proved.bound - proved.before > finds * (1 + rounding))
    return {
      actual,
      verdict: "not-applicable",
      summary: `${change}, and the trials differ too much to find less than ${fourDigits(proved.bound - proved.before)}: save a baseline of more trials`,
    };
  return { actual, verdict: "pass", summary: `${change}: ${noise}` };
}

function against(
  now: readonly number[],
  { mean: before, bound }: Prediction,
  margin: number,
): { readonly now: number; readonly before: number; readonly bound: number } {
  return { now: mean(now), before, bound: Math.max(bound, before + margin) };
}

function percent(share: number): string {
  const digits = (100 * share).toFixed(1).replace("-0.0", "0.0");
  return `${digits.startsWith("-") ? "" : "+"}${digits} %`;
}
