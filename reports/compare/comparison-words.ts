import type { Comparison } from "../../harness/compare/comparison.ts";
import { count } from "../words/numerals.ts";
import { plain } from "../words/plain.ts";
import { policyText } from "../words/policy-text.ts";

/** One sentence: under what all of them were run. */
export function circumstances(comparison: Comparison): string {
  const { policies, replicas, ratePerSecond, trials, seed } = comparison;
  const many = trials === 1 ? "1 trial" : `${trials} trials`;
  const seeds = trials === 1 ? `seed ${seed}` : `seeds ${seed} to ${seed + trials - 1}`;
  return `${policies.map(policyText).join("; ")}, ${replicas} replicas, ${count(ratePerSecond)} a second, ${many} each, ${seeds}: the same arrivals and faults for all, in turns`;
}

/** One sentence: what the costs were measured in; `null` where they were not. */
export function blockWords({ blocks, blockRatePerSecond, seed }: Comparison): string | null {
  if (blocks === 0) return null;
  const many = blocks === 1 ? "1 block" : `${blocks} blocks`;
  return `Costs: ${many} of 3 seconds each, in turns, seeds from ${seed}: one warm gateway, ${count(blockRatePerSecond)} a second on a hot key and 2,000 others, then as fast as it answers`;
}

/** Why nothing, or not everything, is claimed; one sentence. */
export function claimRule({ margin, rows }: Comparison): string {
  const [first] = rows;
  return `Ratios to ${plain(first?.variant ?? "", 60)}. A difference is claimed only if the paired confidence interval of the ratio, over at least 20 blocks and corrected for all that is compared, lies outside ${Math.round(margin * 100)} %`;
}
