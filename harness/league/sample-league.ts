import { sampleComparison } from "../compare/sample-comparison.ts";
import type { League } from "./league.ts";
import { standingSet } from "./standing-set.ts";

/** Test support: a league that never happened, but for what is said of it. */
export function sampleLeague(said: Partial<League> = {}): League {
  const comparisons = standingSet.map((scenario) => {
    const whole = sampleComparison({ scenario });
    return { ...whole, rows: whole.rows.map((row) => ({ ...row, blocks: [], differences: [] })) };
  });
  const costs = sampleComparison();
  return {
    settings: {
      seed: 1,
      ratePerSecond: 3_000,
      form: "short",
      blocks: costs.blocks,
      variants: costs.rows.map(({ variant }) => variant),
      versions: { node: "24.0.0", "cold-share": "1.2.3" },
      source: "0123456789abcdef",
      variantFiles: { "cold-share": "fedcba9876543210" },
      system: "auto",
      environment: { gatecrash: "0.1.0", node: "24", platform: "linux", cpus: "2", redis: "7" },
    },
    command: "npm run league -- --short",
    startedAt: "2026-11-21T15:00:00.000Z",
    endedAt: "2026-11-21T16:00:00.000Z",
    loadAverages: [0.5, 4, 2],
    secondRuns: 3,
    comparisons,
    costs: { ...costs, rows: costs.rows.map((row) => ({ ...row, runs: [] })) },
    ...said,
  };
}
