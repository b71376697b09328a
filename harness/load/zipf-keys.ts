import type { KeyChooser } from "./key-chooser.ts";
import { requirePositive } from "./require-positive.ts";
import { type KeyShare, weightedIndex } from "./weighted-keys.ts";

/** Options of `zipfKeys`. */
export interface ZipfKeysOptions {
  /** Keys with a share of their own; the tail gets the rest. @default none */
  readonly hot?: readonly KeyShare[];
  /** Number of keys in the tail: a whole number. */
  readonly tailKeys: number;
  /** The key of rank k (from 1) gets a weight of 1 / k^exponent. @default 1 */
  readonly exponent?: number;
  /** Names of the tail are this and the rank. @default "tail-" */
  readonly prefix?: string;
}

/** Draws hot keys by their shares and the rest from a zipf tail, in logarithmic time. */
export function zipfKeys({
  hot = [],
  tailKeys,
  exponent = 1,
  prefix = "tail-",
}: ZipfKeysOptions): KeyChooser {
  requirePositive("zipfKeys", { tailKeys });
  if (!Number.isInteger(tailKeys)) throw new RangeError(`zipfKeys: tailKeys must be whole, not ${tailKeys}.`);
  if (!(exponent >= 0)) throw new RangeError(`zipfKeys: exponent must not be negative, not ${exponent}.`);
  const hotShare = hot.reduce((sum, { share }) => sum + share, 0);
  if (!(hotShare < 1))
    throw new RangeError(`zipfKeys: the hot shares add up to ${hotShare} and leave nothing to the tail.`);
  const shares = new Float64Array(hot.length + tailKeys);
  let weights = 0;
  for (let rank = 1; rank <= tailKeys; rank++) weights += rank ** -exponent;
  for (const [index, { share }] of hot.entries()) shares[index] = share;
  for (let rank = 1; rank <= tailKeys; rank++)
    shares[hot.length + rank - 1] = ((1 - hotShare) * rank ** -exponent) / weights;
  const draw = weightedIndex(shares);
  const hotNames = hot.map(({ key }) => key);
  return (random) => {
    const index = draw(random());
    return hotNames[index] ?? `${prefix}${index - hotNames.length + 1}`;
  };
}
