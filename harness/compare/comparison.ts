import type { Policy } from "../../limiter/policy.ts";
import type { Environment } from "../history/history.ts";
import type { Triple } from "../verdict/finding.ts";
import type { Accuracy, Result, Verdict } from "../verdict/result.ts";

export const comparisonSchemaVersion = 2;

/** Limiters under identical seeded schedules and faults; `compare.json` is exactly this. */
export interface Comparison {
  readonly schemaVersion: typeof comparisonSchemaVersion;
  readonly scenario: string;
  readonly about: string;
  /** Of the first trial and of the first block; every further one has the next. */
  readonly seed: number;
  readonly ratePerSecond: number;
  readonly replicas: number;
  /** Runs of the whole scenario, of each. */
  readonly trials: number;
  /** Short blocks of a steady load on one gateway, of each: what the costs are measured in. */
  readonly blocks: number;
  /** What that gateway was asked a second. */
  readonly blockRatePerSecond: number;
  /** A ratio within 1 - margin and 1 + margin is no difference. */
  readonly margin: number;
  readonly command: string;
  readonly startedAt: string;
  readonly environment: Environment | null;
  readonly policies: readonly Policy[];
  /** One a variant, in the order in which they were named; differences are to the first. */
  readonly rows: readonly ComparisonRow[];
}

/** One variant in all its trials and blocks. */
export interface ComparisonRow {
  readonly variant: string;
  readonly about: string;
  /** Whether it promises any limit; one that does not shows what the others add. */
  readonly limits: boolean;
  readonly runs: readonly RunMeasure[];
  readonly blocks: readonly BlockMeasure[];
  /** Why it could not be run, or no further; `null` if it could. */
  readonly failure: string | null;
  /** To the first variant, one a compared number; empty for the first itself. */
  readonly differences: readonly Difference[];
}

/** What variants are compared by with statistics: per decision, where it is a cost. */
export const comparedNumbers = [
  "p50Ms",
  "p99Ms",
  "decisionsPerSecond",
  "gatewayCpuUs",
  "redisCpuUs",
  "redisReads",
  "redisCommands",
  "redisBytesIn",
  "redisBytesOut",
] as const;
export type ComparedNumber = (typeof comparedNumbers)[number];

/** Of these more is better, of all others less. */
export const moreIsBetter: ReadonlySet<ComparedNumber> = new Set(["decisionsPerSecond"]);

/** What one block came to. A number that could not be measured is `null`. */
export type BlockNumbers = Readonly<
  Record<ComparedNumber, number | null> & {
    /** Of requests at the same instants that no limiter guards. */
    controlP50Ms: number | null;
  }
>;

/** A few seconds of a steady load on one gateway that was warm. */
export interface BlockMeasure {
  /** From 1. The same block of all variants had the same arrivals, and they were measured one after the other. */
  readonly block: number;
  readonly numbers: BlockNumbers;
}

/** What one run of the scenario came to. A number that could not be measured is `null`. */
export interface RunMeasure {
  /** From 1. Runs of the same trial had the same schedule and faults. */
  readonly trial: number;
  /** By its own promise alone; `null` where it promises nothing that was judged. */
  readonly verdict: Verdict | null;
  readonly reason: string;
  readonly accuracy: Accuracy | null;
  /** The fullest window that begins in the phase of the first fault or later; `null` where nothing was broken. */
  readonly outageRatio: Triple | null;
  readonly outcomes: Result["outcomes"];
  /** From the end of healing until Redis decided everywhere again. */
  readonly recoveryMs: Triple | null;
  /** What one key takes in Redis's memory, its name and all; `null` where the scenario does not look. */
  readonly bytesPerKey: number | null;
  readonly line: AdmittedLine;
  /** Where the whole run is kept. */
  readonly folder: string;
}

/** What was let in over time. Instants are milliseconds after the first judged phase began. */
export interface AdmittedLine {
  readonly slotMs: number;
  /** Slot by slot, the cost admitted to whoever had most in the window that ends there, over the limit: an estimate. */
  readonly ratios: readonly number[];
  readonly phases: readonly { readonly name: string; readonly fromMs: number; readonly untilMs: number }[];
  readonly faults: readonly { readonly name: string; readonly fromMs: number; readonly untilMs: number }[];
}

/** How a number of one variant relates to that of the first, over all blocks. */
export type Difference = { readonly number: ComparedNumber } & (
  | { readonly kind: "too-few"; readonly pairs: number; readonly needed: number }
  | { readonly kind: "unmeasured"; readonly reason: string }
  | {
      readonly kind: "measured";
      readonly pairs: number;
      /** The confidence of the interval, corrected for all that is compared. */
      readonly level: number;
      readonly low: number;
      readonly median: number;
      readonly high: number;
      /** `none`: the interval does not lie outside the margin, so no difference is claimed. */
      readonly claim: "more" | "less" | "none";
    }
);
