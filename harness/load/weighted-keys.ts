import type { KeyChooser } from "./key-chooser.ts";

/** A key and the share (0 to 1) of the requests that it gets. */
export interface KeyShare {
  readonly key: string;
  readonly share: number;
}

/** Draws keys by their shares, which add up to 1, in logarithmic time. */
export function weightedKeys(shares: readonly KeyShare[]): KeyChooser {
  const draw = weightedIndex(shares.map(({ share }) => share));
  const names = shares.map(({ key }) => key);
  return (random) => names[draw(random())] ?? "";
}

/**
 * Turns a number in [0, 1) into an index, index i with probability `shares[i]`: a binary search in the running
 * sum. Throws a RangeError unless the shares are not negative and add up to 1 (within 1e-6).
 */
export function weightedIndex(shares: ArrayLike<number>): (unit: number) => number {
  const sums = new Float64Array(shares.length);
  let sum = 0;
  for (let i = 0; i < shares.length; i++) {
    const share = shares[i] ?? 0;
    if (!(share >= 0)) throw new RangeError(`A key's share must be a number from 0 to 1, not ${share}.`);
    sum += share;
    sums[i] = sum;
  }
  if (!(Math.abs(sum - 1) <= 1e-6))
    throw new RangeError(`The shares of the keys must add up to 1, not ${sum}.`);
  return (unit) => {
    const wanted = unit * sum;
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((sums[middle] ?? 0) > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  };
}
