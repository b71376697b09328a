import type { Finding, Triple } from "./finding.ts";
import type { Result } from "./result.ts";
import { resultSchemaVersion } from "./result.ts";

/** What a trial that never ran came to. */
export interface SampleTrial {
  readonly scenario?: string;
  readonly variant?: string;
  readonly startedAt?: string;
  readonly offered?: number;
  readonly cpus?: string;
  readonly commandsPerDecision?: number;
  readonly wronglyAllowedShare?: Triple;
  readonly latencyP99Ms?: number;
  readonly errors?: number;
  readonly policies?: Result["policies"];
  /** Of within-bound. @default "pass" */
  readonly proof?: Finding["verdict"];
  /** Of load-quality. @default "pass" */
  readonly quality?: Finding["verdict"];
}

/** Test support: a result of the right shape, two phases long, of a limiter that does what it should. */
export function sampleTrial({
  scenario = "burst",
  variant = "gcra",
  startedAt = "2026-01-02T03:04:05.000Z",
  offered = 10_000,
  cpus = "2 × AMD EPYC, 24 GiB",
  commandsPerDecision = 3,
  wronglyAllowedShare = { proved: 0, estimate: 0.001, atMost: 0.004 },
  latencyP99Ms = 20,
  errors = 0,
  policies = [{ name: "burst", limit: 1_000, windowMs: 2_000 }],
  proof = "pass",
  quality = "pass",
}: SampleTrial = {}): Result {
  const load = {
    offered,
    sent: offered,
    dropped: 0,
    achievedRatePerSecond: 5_000,
    sendLagMs: { p50: 0.1, p99: 1, max: 4 },
  };
  const outcomes = { allowed: 8_000, denied: 2_000, unavailable: 0, errors, lost: 0 };
  const latencyMs = { p50: 1, p90: 5, p99: latencyP99Ms, p999: 25, max: 40 };
  const accuracy = {
    wronglyAllowedShare,
    wronglyDeniedShare: { proved: 0, estimate: 0.002, atMost: 0.01 },
    worstAdmittedRatio: { proved: 1, estimate: 1.01, atMost: 1.02 },
  };
  const finding = (
    checker: string,
    kind: Finding["kind"],
    numbers: Finding["numbers"],
    verdict: Finding["verdict"] = "pass",
  ): Finding => ({ checker, kind, verdict, summary: `${checker} says ${verdict}`, numbers });
  return {
    schemaVersion: resultSchemaVersion,
    ...{ scenario, variant, about: "Is it so?", seed: 1, command: "npm run scenario burst", startedAt },
    ...(proof === "fail"
      ? { verdict: "fail", exitCode: 1, reason: "within-bound: it is not so" }
      : { verdict: "pass", exitCode: 0, reason: "The promise was kept" }),
    durationMs: 12_000,
    environment: { gatecrash: "0.1.0", node: "24.21.0", platform: "linux x64", cpus, redis: "7.0.15" },
    replicas: 3,
    policies,
    promises: [],
    ...{ load, outcomes, accuracy, latencyMs },
    phases: [
      { name: "burst", model: "open", role: "judged", fromMs: 0, untilMs: 9, load, outcomes, latencyMs },
      {
        ...{ name: "blast", model: "saturate", role: "judged", fromMs: 9, untilMs: 12, outcomes },
        load: { ...load, offered: 0, sent: 0 },
        latencyMs: null,
      },
    ],
    faults: [],
    findings: [
      finding("within-bound", "proof", { worstExcess: 0 }, proof),
      finding("redis-cost", "measurement", { commandsPerDecision }),
      finding("accuracy", "measurement", accuracy),
      finding("load-quality", "quality", {}, quality),
    ],
    gates: [],
  };
}
