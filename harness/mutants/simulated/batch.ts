/** Runs of one limiter in one story in simulated time, seed after seed. */
export interface Batch {
  readonly scenario: string;
  /** As the command line names it, and for a correct one how it is run: `gcra (memory)`, `gcra (Redis)`. */
  readonly limiter: string;
  /** `null` for a correct limiter, which nobody may convict; else the checkers of which one must convict each run. */
  readonly convictedBy: readonly string[] | null;
  readonly firstSeed: number;
  readonly seeds: number;
}

/** What a batch came to. Kept as a file, so that a level goes on where it was left. */
export interface BatchOutcome {
  readonly schemaVersion: 1;
  readonly batch: Batch;
  readonly requests: number;
  /** Runs of which somebody said `fail`, of a mutant somebody that it declares. */
  readonly convicted: number;
  /** Runs in which some proof passed and none was left open. */
  readonly proved: number;
  /** How many runs each checker convicted, whoever may. */
  readonly byChecker: Readonly<Record<string, number>>;
  /** The first conviction, by whom, in its words and the line that repeats it; `null` if there is none. */
  readonly evidence: BatchEvidence | null;
}

/** A conviction of a batch. */
export interface BatchEvidence {
  readonly checker: string;
  readonly summary: string;
  readonly command: string;
}

/** The file of a batch's outcome, below the folder of the matrix. */
export function batchPath({ scenario, limiter, firstSeed, seeds }: Batch): string {
  const name = limiter.replaceAll(/[^a-z0-9-]+/gi, "-").replace(/-$/, "");
  return `level-1/${scenario}/${name}-seeds-${firstSeed}-to-${firstSeed + seeds - 1}.json`;
}
