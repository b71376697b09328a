import {
  type BlockMeasure,
  type Comparison,
  type ComparisonRow,
  comparisonSchemaVersion,
  type RunMeasure,
} from "./comparison.ts";
import { differences } from "./differences.ts";
import type { Contestant, ContestRequest } from "./run-contestant.ts";

/** What is compared, under what. */
export interface ComparisonRequest extends ContestRequest {
  /** At least two; the first is what the others are compared with. */
  readonly contestants: readonly Contestant[];
  /** Runs of the whole scenario, of each. */
  readonly trials: number;
  /** Short blocks of a steady load on one gateway, of each. */
  readonly blocks: number;
  readonly margin: number;
  /** The line that repeats the comparison. */
  readonly command: string;
}

/** One contestant, and what is known of it so far. */
export interface ComparedEntry {
  readonly contestant: Contestant;
  readonly runs: readonly RunMeasure[];
  readonly blocks: readonly BlockMeasure[];
  /** Why it could not be run, or no further. */
  readonly failure: string | null;
}

/** What one of the gateways is asked a second where the scenario blasts. */
export function blockRateOf({
  ratePerSecond,
  replicas,
}: Pick<ComparisonRequest, "ratePerSecond" | "replicas">): number {
  return Math.max(1, Math.round(ratePerSecond / replicas));
}

/** The comparison that all runs and blocks so far come to. Pure. */
export function comparisonOf(
  request: ComparisonRequest,
  {
    startedAt,
    environment,
    entries,
  }: Pick<Comparison, "startedAt" | "environment"> & { readonly entries: readonly ComparedEntry[] },
): Comparison {
  const { scenarioName, scenario, seed, ratePerSecond, replicas, trials, blocks, margin, command, policies } =
    request;
  const comparisons = Math.max(1, entries.length - 1);
  return {
    schemaVersion: comparisonSchemaVersion,
    scenario: scenarioName,
    about: scenario.about,
    ...{ seed, ratePerSecond, replicas, trials, blocks, margin, command, startedAt, environment, policies },
    blockRatePerSecond: blockRateOf(request),
    rows: entries.map(
      (entry, index): ComparisonRow => ({
        variant: entry.contestant.target.name,
        about: entry.contestant.about,
        limits: policies.some(
          (policy) => entry.contestant.target.promises(policy).upper.kind !== "unlimited",
        ),
        runs: entry.runs,
        blocks: entry.blocks,
        failure: entry.failure,
        differences:
          index === 0 ? [] : differences(entries[0]?.blocks ?? [], entry.blocks, { margin, comparisons }),
      }),
    ),
  };
}
