import { falseAlarmShare } from "../../harness/verdict/baseline/against-baseline.ts";
import type { Baseline, TrialValues } from "../../harness/verdict/baseline/baseline.ts";
import { foundGrowth } from "../../harness/verdict/baseline/compare-number.ts";
import { percent, significant } from "../words/numerals.ts";
import { plain } from "../words/plain.ts";

/** What a baseline holds, and what each of its numbers could find in one further run. */
export function baselineScreen(baseline: Baseline): string {
  const { scenario, variant, trials, environment, proofs, numbers } = baseline;
  const { cpus, platform, node, redis } = environment;
  return [
    `${plain(scenario)} on ${plain(variant)}: ${trials} trials, on ${plain(cpus)}, ${plain(platform)}, Node ${plain(node)}, Redis ${plain(redis)}`,
    `  proofs that must go on passing: ${proofs.length === 0 ? "none" : proofs.map((name) => plain(name)).join(", ")}`,
    ...Object.entries(numbers).map(([name, values]) => `  ${plain(name)}: ${numberText(values, baseline)}`),
  ].join("\n");
}

function numberText(values: TrialValues, { findsShare, numbers }: Baseline): string {
  if ("proved" in values)
    return `${rangeText(values.proved)} proved, estimated ${rangeText(values.estimate)}; gated by both`;
  const share = falseAlarmShare / Object.keys(numbers).length;
  const found = foundGrowth(values, { falseAlarmShare: share, runs: 1 });
  const gated =
    found <= findsShare
      ? `finds ${percent(found)} more`
      : Number.isFinite(found)
        ? `finds only ${percent(found)} more, so that less is not gated by one run: take more trials, or raise --finds`
        : "nothing in some trials, so that it is compared by its difference and not as a ratio";
  return `${rangeText(values)}; ${gated}`;
}

function rangeText(values: readonly number[]): string {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  return least === most ? significant(least) : `${significant(least)} to ${significant(most)}`;
}
