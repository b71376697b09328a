import type { Scenario } from "../scenario.ts";
import type { Target, TargetOrder } from "../targets/target.ts";
import type { LiveNumbers } from "./live.ts";
import type { LivePosition } from "./send-phases.ts";

/** All that one run needs to know; everything a user can turn has been decided. */
export interface RunRequest extends Omit<TargetOrder, "onStep" | "own"> {
  readonly scenarioName: string;
  /** Of a scenario that is none of ours. */
  readonly scenarioFile: string | null;
  readonly scenario: Scenario;
  readonly target: Target;
  readonly ratePerSecond: number;
  readonly stretch: number;
  /** Gates of the scenario and of the command line. */
  readonly gates: readonly string[];
  /** Baselines of the command line, as JSON. @default none */
  readonly baselines?: readonly string[];
  /** The line that repeats this run. */
  readonly command: string;
}

/** Who watches a run. */
export interface RunWatch {
  readonly signal: AbortSignal;
  /** Registers what must be undone even when the run is cut short. */
  readonly own: <T extends AsyncDisposable>(thing: T) => T;
  readonly onStep: (step: string) => void;
  readonly onLive: (numbers: LiveNumbers & LivePosition) => void;
}
