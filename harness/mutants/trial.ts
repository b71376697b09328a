/** One run of the matrix: a mutant in a story made for it, or the twin without the bug. */
export interface Trial {
  readonly scenario: string;
  /** As the command line names it: `NAME`, or `NAME:fixed`. */
  readonly variant: string;
  /** Whose twin it is, if it is one: mutants that share a twin need it once. */
  readonly twinOf: readonly string[];
  /** Names of the checkers of which one must convict it; nobody may convict a twin. */
  readonly convictedBy: readonly string[];
  readonly seed: number;
  readonly ratePerSecond: number;
  /** Of a story in its short form. @default 3: in full */
  readonly level?: 2;
}

/** What a trial came to. Kept as a file, so that a matrix goes on where it was left. */
export interface TrialOutcome {
  readonly schemaVersion: 1;
  readonly trial: Trial;
  /** The line that repeats the run. */
  readonly command: string;
  readonly verdict: "pass" | "fail" | "inconclusive";
  readonly findings: readonly TrialFinding[];
}

/** A finding, as far as the matrix is concerned. */
export interface TrialFinding {
  readonly checker: string;
  readonly kind: "proof" | "measurement" | "quality";
  readonly verdict: "pass" | "fail" | "inconclusive" | "not-applicable";
  readonly summary: string;
  /** The phase in which what its witness shows came to an end; `null` without a witness. */
  readonly phase: string | null;
}

/** The file of a trial's outcome, below the folder of the matrix. */
export function trialPath({ scenario, variant, seed, ratePerSecond, level }: Trial): string {
  const folder = level === undefined ? "" : `level-${level}/`;
  return `${folder}${scenario}/${variant.replace(":", "-")}-seed-${seed}-rate-${ratePerSecond}.json`;
}
