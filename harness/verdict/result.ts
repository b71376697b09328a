import type { Policy } from "../../limiter/policy.ts";
import type { Promises } from "../../limiter/promised.ts";
import type { Environment, FaultRecord } from "../history/history.ts";
import type { Finding, FindingVerdict, Triple } from "./finding.ts";

export const resultSchemaVersion = 1;

/** The verdict of a run: the worst of its findings and gates. */
export type Verdict = "pass" | "fail" | "inconclusive";

/** What a run comes to; `result.json` is exactly this. Instants are milliseconds after the run's origin. */
export interface Result {
  readonly schemaVersion: typeof resultSchemaVersion;
  readonly scenario: string;
  readonly variant: string;
  readonly about: string;
  readonly seed: number;
  readonly command: string;
  readonly verdict: Verdict;
  readonly exitCode: number;
  /** One sentence: why the verdict is what it is. */
  readonly reason: string;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly environment: Environment;
  readonly replicas: number;
  readonly policies: readonly Policy[];
  readonly promises: readonly Promises[];
  readonly load: LoadNumbers;
  readonly outcomes: OutcomeCounts;
  readonly accuracy: Accuracy | null;
  /** Answered requests of the judged open phases, from the intended instant; null when there are none. */
  readonly latencyMs: Latency | null;
  readonly phases: readonly PhaseResult[];
  readonly faults: readonly (Omit<FaultRecord, "fromMs"> & { readonly atMs: number })[];
  readonly findings: readonly Finding[];
  readonly gates: readonly GateResult[];
}

/** How well the open phases kept their schedule; requests past the limiter are not counted. */
export interface LoadNumbers {
  /** Requests that the schedule asked for. */
  readonly offered: number;
  readonly sent: number;
  readonly dropped: number;
  /** What was sent, over the time that sending it took. */
  readonly achievedRatePerSecond: number;
  /** That time, in milliseconds; the wait for the last answers is no part of it. @default as long as the phases */
  readonly sendingMs?: number;
  readonly sendLagMs: { readonly p50: number; readonly p99: number; readonly max: number };
}

export interface OutcomeCounts {
  readonly allowed: number;
  readonly denied: number;
  readonly unavailable: number;
  readonly errors: number;
  readonly lost: number;
}

/** Against the exact sliding window; shares are 0 to 1 of cost. */
export interface Accuracy {
  readonly wronglyAllowedShare: Triple;
  readonly wronglyDeniedShare: Triple;
  readonly worstAdmittedRatio: Triple;
}

export interface Latency {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly p999: number;
  readonly max: number;
}

export interface PhaseResult {
  readonly name: string;
  readonly model: "open" | "saturate";
  readonly role: "warmup" | "judged";
  readonly fromMs: number;
  readonly untilMs: number;
  readonly load: LoadNumbers;
  readonly outcomes: OutcomeCounts;
  readonly latencyMs: Latency | null;
}

export interface GateResult {
  readonly expression: string;
  /** What was compared; null when the number is missing. */
  readonly actual: number | Triple | null;
  readonly verdict: FindingVerdict;
  readonly summary: string;
}
