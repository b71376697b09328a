/**
 * The share of false convictions that is not yet excluded, at 95 % one-sided confidence, when `convictions` of `runs`
 * independent acquittal runs were convicted: Clopper and Pearson's exact upper bound (1934), which is about 3 / `runs`
 * where there were none. 1 without runs.
 */
export function falseConvictionBound(runs: number, convictions: number): number {
  if (convictions >= runs) return 1;
  if (convictions === 0) return 1 - 0.05 ** (1 / runs);
  let [low, high] = [convictions / runs, 1];
  for (let i = 0; i < 100; i++) {
    const share = (low + high) / 2;
    if (atMost(runs, convictions, share) > 0.05) low = share;
    else high = share;
  }
  return high;
}

/** How probable it is that at most `most` of `runs` happen, each with probability `share`. */
function atMost(runs: number, most: number, share: number): number {
  let logarithm = runs * Math.log1p(-share);
  let sum = Math.exp(logarithm);
  for (let k = 1; k <= most; k++) {
    logarithm += Math.log((runs - k + 1) / k) + Math.log(share) - Math.log1p(-share);
    sum += Math.exp(logarithm);
  }
  return sum;
}
