import type { Policy } from "../../limiter/policy.ts";
import type { Variant } from "../../limiter/variants/variant.ts";
import type { Scenario } from "../scenario.ts";
import type { LiveNumbers } from "./live.ts";
import type { LivePosition } from "./send-phases.ts";

/** All that one run needs to know; everything a user can turn has been decided. */
export interface RunRequest {
  readonly scenarioName: string;
  readonly scenario: Scenario;
  readonly variantName: string;
  readonly variant: Variant;
  /** The gateway program and its arguments, after the interpreter. */
  readonly gatewayArgs: readonly string[];
  readonly policies: readonly Policy[];
  readonly replicas: number;
  readonly ratePerSecond: number;
  readonly stretch: number;
  readonly seed: number;
  readonly redisUrl: string | null;
  /** Address of a Toxiproxy of the user's; null for our own. */
  readonly toxiproxyUrl: string | null;
  readonly system: "auto" | "local" | "docker";
  readonly runFolder: string;
  /** Gates of the scenario and of the command line. */
  readonly gates: readonly string[];
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
