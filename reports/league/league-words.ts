import type { Comparison } from "../../harness/compare/comparison.ts";
import type { League } from "../../harness/league/league.ts";
import { count } from "../words/numerals.ts";

/** The scenario that is drawn over time: the first in which something was broken, and somebody could be run. */
export function drawnScenario({ comparisons }: League): Comparison | undefined {
  return comparisons.find(({ rows }) =>
    rows.some(({ runs }) => runs.some(({ line }) => line.faults.length > 0)),
  );
}

/** How often each was run. */
export function turnWords({ secondRuns }: League): string {
  const again = "where it ends inconclusive, one more, which counts";
  return `one run each and, ${again} (${secondRuns === 0 ? "none did" : `${secondRuns} did`})`;
}

/** One sentence: how busy the machine was with whatever else, and with the runs before. */
export function busyWords({ loadAverages }: League, processors: string): string {
  if (loadAverages.length === 0) return "Nothing was run";
  const sorted = loadAverages.toSorted((a, b) => a - b);
  const [least = 0, median = 0, most = 0] = [0, Math.floor(sorted.length / 2), sorted.length - 1].map(
    (index) => sorted[index],
  );
  return `Load average of a minute as each run began and each round of blocks ended: ${count(least, 1)} to ${count(most, 1)}, median ${count(median, 1)}, on ${processors}; it counts the runs themselves`;
}
