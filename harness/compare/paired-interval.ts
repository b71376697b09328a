/** Where the true median of the ratios lies, with the confidence that was asked for. */
export interface PairedInterval {
  readonly low: number;
  readonly median: number;
  readonly high: number;
}

/**
 * The confidence interval of the median of independent paired `ratios`, at `level` (0 to 1): the sign test turned round.
 * It supposes nothing of how they are distributed, so one disturbed pair weighs no more than any other; of ratios and of
 * their logarithms it is the same. `null` where so few pairs cannot be so certain, whatever they say.
 * Source: order statistics; P(the k-th smallest lies above the median) = P(Binomial(n, 1/2) < k).
 */
export function pairedInterval(ratios: readonly number[], level: number): PairedInterval | null {
  const rank = outermostRank(ratios.length, (1 - level) / 2);
  if (rank === 0) return null;
  const sorted = ratios.toSorted((a, b) => a - b);
  const at = (index: number): number => sorted[index] ?? Number.NaN;
  const half = sorted.length / 2;
  const median = Math.sqrt(at(Math.ceil(half) - 1) * at(Math.floor(half)));
  return { low: at(rank - 1), median, high: at(sorted.length - rank) };
}

/** The largest k with P(Binomial(n, 1/2) < k) <= `tail`; 0 if there is none. */
function outermostRank(n: number, tail: number): number {
  let probability = 0.5 ** n;
  let below = probability;
  let rank = 0;
  while (below <= tail) {
    rank++;
    probability *= (n - rank + 1) / rank;
    below += probability;
  }
  return rank;
}
