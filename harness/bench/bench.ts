/** One thing whose speed is measured, in one run, on this machine. */
export interface Bench {
  /** Kebab-case; the command line asks for it by this name. */
  readonly name: string;
  /** One sentence: what is measured against what. */
  readonly about: string;
  readonly run: (options: BenchOptions) => Promise<BenchOutcome>;
}

/** What every bench is given. */
export interface BenchOptions {
  /** Multiplies the length of every measurement. @default 1 */
  readonly stretch?: number;
  /** Told what is being measured now. */
  readonly onStep?: (step: string) => void;
}

/** What a bench found. */
export interface BenchOutcome {
  /** Units are in the names. */
  readonly numbers: Readonly<Record<string, number>>;
  readonly marks: readonly Mark[];
}

/** A number of a bench that has to be reached. */
export interface Mark {
  readonly name: string;
  readonly actual: number;
  readonly mark: number;
  readonly better: "lower" | "higher";
  readonly met: boolean;
}

/** Whether `actual` is at least as good as `mark`; NaN never is. */
export function markOf(name: string, actual: number, mark: number, better: Mark["better"]): Mark {
  return { name, actual, mark, better, met: better === "lower" ? actual <= mark : actual >= mark };
}
