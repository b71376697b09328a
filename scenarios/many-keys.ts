import { answersEverything } from "../harness/checkers/answers-everything.ts";
import { keysExpire } from "../harness/checkers/keys-expire.ts";
import { loadQuality } from "../harness/checkers/load-quality.ts";
import { metricsTellTheTruth } from "../harness/checkers/metrics-tell-the-truth.ts";
import { noFalseDenials } from "../harness/checkers/no-false-denials.ts";
import { redisCost } from "../harness/checkers/redis-cost.ts";
import { withinBound } from "../harness/checkers/within-bound.ts";
import { poisson } from "../harness/load/poisson.ts";
import { zipfKeys } from "../harness/load/zipf-keys.ts";
import type { Phase, Scenario, ScenarioRequest } from "../harness/scenario.ts";
import type { Policy } from "../limiter/policy.ts";

/** A window that outlasts the flood, so that no key of it has expired when they are counted. */
const policy: Policy = { name: "many", limit: 100, windowMs: 30_000 };

/**
 * It is about everybody else: one flood inside one window never comes near the two limits that meet where windows begin
 * at the first hit.
 */
const maxBlindShare = 0.5;

/** A flood of subjects that hardly ever ask twice, drawn from a million, beside one that is at its limit: nobody else may be denied. */
export const scenario: Scenario = {
  about: "Does every key expire when a million subjects may ask, and how much memory does each take?",
  policies: [policy],
  replicas: 3,
  keyAudit: "at-the-end",
  phases: ({ ratePerSecond, stretch }: ScenarioRequest): readonly Phase[] => [
    {
      name: "warmup",
      role: "warmup",
      load: poisson({
        ratePerSecond: ratePerSecond / 2,
        durationMs: 2_000,
        keys: zipfKeys({ tailKeys: 1_000, prefix: "warmup-" }),
      }),
    },
    {
      name: "flood",
      load: poisson({
        ratePerSecond,
        durationMs: 10_000 * stretch,
        keys: zipfKeys({ hot: [{ key: "hot", share: 0.05 }], tailKeys: 1_000_000, exponent: 0 }),
      }),
    },
  ],
  checkers: [
    // Who refills by the piece keeps a key for a hundredth of the window only.
    keysExpire(),
    withinBound({ maxBlindShare }),
    noFalseDenials(),
    metricsTellTheTruth(),
    redisCost(),
    answersEverything(),
    loadQuality({ offSlotShare: 0.05 }),
  ],
};
