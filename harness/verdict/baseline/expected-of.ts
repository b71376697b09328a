import { type Prediction, type PredictionOptions, predictionBound } from "./prediction-bound.ts";

/**
 * Runs on a machine that others share are disturbed more often than a normal distribution says: the noise is taken this
 * many times as wide, so that with one run in twenty three times as far out an unchanged limiter still passes
 * (`against-baseline.test.ts` tries it).
 */
const heavyTails = 1.3;

/** What `values` let expect of further ones on a machine that others share. */
export function expectedOf(values: readonly number[], options: PredictionOptions): Prediction {
  const { mean: center, spread, bound } = predictionBound(values, options);
  return { mean: center, spread, bound: center + heavyTails * (bound - center) };
}

/** The arithmetic mean; NaN of none. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
