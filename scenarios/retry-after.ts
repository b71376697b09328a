import { answersEverything } from "../harness/checkers/answers-everything.ts";
import { headersAreHonest } from "../harness/checkers/headers-are-honest.ts";
import { loadQuality } from "../harness/checkers/load-quality.ts";
import { metricsTellTheTruth } from "../harness/checkers/metrics-tell-the-truth.ts";
import { noFalseDenials } from "../harness/checkers/no-false-denials.ts";
import { withinBound } from "../harness/checkers/within-bound.ts";
import { poisson } from "../harness/load/poisson.ts";
import { zipfKeys } from "../harness/load/zipf-keys.ts";
import type { Phase, Scenario, ScenarioRequest } from "../harness/scenario.ts";
import type { Policy } from "../limiter/policy.ts";

/** Small, so that a client is soon turned away, and three seconds, so that whole seconds can be told apart. */
const policy: Policy = { name: "retry", limit: 5, windowMs: 3_000 };

/** Clients do as they are told: they wait as long as Retry-After says and come back, under a load of others. */
export const scenario: Scenario = {
  about: "Is what RateLimit and Retry-After say true, for clients that do as they are told?",
  policies: [policy],
  replicas: 3,
  probingClients: 24,
  phases: ({ ratePerSecond, stretch }: ScenarioRequest): readonly Phase[] => [
    {
      name: "warmup",
      role: "warmup",
      load: poisson({
        ratePerSecond: Math.min(500, ratePerSecond / 10),
        durationMs: 2_000,
        keys: zipfKeys({ hot: [{ key: "warmup-hot", share: 0.4 }], tailKeys: 200, prefix: "warmup-" }),
      }),
    },
    {
      name: "asking",
      load: poisson({
        ratePerSecond: Math.min(500, ratePerSecond / 10),
        durationMs: 14_000 * stretch,
        keys: zipfKeys({ hot: [{ key: "hot", share: 0.4 }], tailKeys: 200 }),
      }),
    },
  ],
  checkers: [
    headersAreHonest(),
    withinBound(),
    // Of five requests one is a fifth: nothing sharper can be proved.
    noFalseDenials({ maxBlindShare: 0.21 }),
    metricsTellTheTruth(),
    answersEverything(),
    loadQuality({ offSlotShare: 0.05 }),
  ],
};
