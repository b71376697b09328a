import type { Comparison } from "../compare/comparison.ts";
import type { Environment } from "../history/history.ts";
import type { SystemChoice } from "../system/provide-redis.ts";

/** The standing set, for all limiters: what its table and its pictures are made of. */
export interface League {
  readonly settings: LeagueSettings;
  readonly startedAt: string;
  /** When the last of what is kept was measured: nothing is newer. */
  readonly endedAt: string;
  /** The machine's load average of one minute, right before each run and after each round of blocks. */
  readonly loadAverages: readonly number[];
  /** Runs that count although they were the second: the first was inconclusive. */
  readonly secondRuns: number;
  /** Without blocks; one a scenario, in the order of the standing set, each with the same rows. */
  readonly comparisons: readonly Comparison[];
  /** The same rows without runs: what decisions cost. */
  readonly costs: Comparison;
  readonly command: string;
}

/** What a league is run with: another one is another league. */
export interface LeagueSettings {
  readonly seed: number;
  readonly ratePerSecond: number;
  readonly form: "full" | "short";
  readonly blocks: number;
  readonly variants: readonly string[];
  /** Of everything that was measured and did measure, by name: `node`, `gatecrash`, npm packages. */
  readonly versions: Readonly<Record<string, string>>;
  /** A digest of the source that a run consists of. */
  readonly source: string;
  /** The same of the file of each variant, which may be the caller's own. */
  readonly variantFiles: Readonly<Record<string, string>>;
  readonly system: SystemChoice;
  readonly environment: Environment;
}
