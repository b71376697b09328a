import { type BlockMeasure, type ComparedNumber, comparedNumbers, type Difference } from "./comparison.ts";
import { pairedInterval } from "./paired-interval.ts";

/** Fewer pairs than this show no difference. */
export const fewestPairs = 20;

/** What a claim takes. */
export interface DifferenceOptions {
  /** A ratio within 1 - margin and 1 + margin is no difference. */
  readonly margin: number;
  /** How many variants are compared with the first: the level is corrected for all their numbers. */
  readonly comparisons: number;
}

/** How often one comparison may claim any difference between equals, 0 to 1. */
const errorShare = 0.05;

/**
 * Every compared number of `blocks` as a ratio to that of `base`, block by block. A difference is claimed only if at least
 * `fewestPairs` blocks were made by both, and the confidence interval of the ratio lies wholly outside the margin; its
 * level is corrected for everything that is compared (Bonferroni).
 */
export function differences(
  base: readonly BlockMeasure[],
  blocks: readonly BlockMeasure[],
  { margin, comparisons }: DifferenceOptions,
): Difference[] {
  const level = 1 - errorShare / (comparedNumbers.length * comparisons);
  return comparedNumbers.map((number) =>
    differenceOf(number, pairsOf(number, base, blocks), { margin, level }),
  );
}

interface Pair {
  readonly base: number | null;
  readonly other: number | null;
}

function pairsOf(
  number: ComparedNumber,
  base: readonly BlockMeasure[],
  blocks: readonly BlockMeasure[],
): Pair[] {
  return blocks.flatMap(({ block, numbers }) => {
    const partner = base.find((one) => one.block === block);
    return partner === undefined ? [] : [{ base: partner.numbers[number], other: numbers[number] }];
  });
}

function differenceOf(
  number: ComparedNumber,
  pairs: readonly Pair[],
  { margin, level }: { readonly margin: number; readonly level: number },
): Difference {
  const ratios = pairs.flatMap(({ base, other }) =>
    base !== null && other !== null && base > 0 && other > 0 ? [other / base] : [],
  );
  // To leave out what has no ratio would be to choose: a number that is sometimes nothing is not compared at all.
  if (pairs.length > 0 && ratios.length < pairs.length) {
    const reason = `in ${pairs.length - ratios.length} of ${pairs.length} blocks it was not measured, or nothing`;
    return { number, kind: "unmeasured", reason };
  }
  const interval = ratios.length < fewestPairs ? null : pairedInterval(ratios, level);
  if (interval === null) return { number, kind: "too-few", pairs: pairs.length, needed: fewestPairs };
  const claim = interval.low > 1 + margin ? "more" : interval.high < 1 - margin ? "less" : "none";
  return { number, kind: "measured", pairs: pairs.length, level, ...interval, claim };
}
