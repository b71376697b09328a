import { studentQuantile } from "./student-quantile.ts";

/** How sure a bound is to be, and for whom. */
export interface PredictionOptions {
  /** How often the mean of the new values may exceed the bound by chance, 0 to 1/2. */
  readonly falseAlarmShare: number;
  /** How many new values are averaged. */
  readonly runs: number;
}

/** What `values` let expect of further ones. */
export interface Prediction {
  readonly mean: number;
  /** Their standard deviation, of n - 1. */
  readonly spread: number;
  /** What the mean of the new values exceeds by chance only in `falseAlarmShare` of all baselines and runs. */
  readonly bound: number;
}

/**
 * The one-sided prediction bound of Student for the mean of `runs` further values like `values`, of which there must be
 * two: exact for independent values of one normal distribution, whatever its mean and spread. That the spread itself is
 * known only from so few values is in it: few trials make it wide, not wrong.
 */
export function predictionBound(
  values: readonly number[],
  { falseAlarmShare, runs }: PredictionOptions,
): Prediction {
  const count = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / count;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const spread = Math.sqrt(squares / (count - 1));
  const quantile = studentQuantile(falseAlarmShare, count - 1);
  return { mean, spread, bound: mean + quantile * spread * Math.sqrt(1 / count + 1 / runs) };
}
