import { answersEverything } from "../harness/checkers/answers-everything.ts";
import { givesBack } from "../harness/checkers/gives-back.ts";
import { latencyWithin } from "../harness/checkers/latency-within.ts";
import { loadQuality } from "../harness/checkers/load-quality.ts";
import { metricsTellTheTruth } from "../harness/checkers/metrics-tell-the-truth.ts";
import { noFalseDenials } from "../harness/checkers/no-false-denials.ts";
import { withinBound } from "../harness/checkers/within-bound.ts";
import { poisson } from "../harness/load/poisson.ts";
import { refunded } from "../harness/load/refunded.ts";
import { weightedKeys } from "../harness/load/weighted-keys.ts";
import { loadPolicy } from "../harness/load-story.ts";
import type { Scenario } from "../harness/scenario.ts";
import { warmUp } from "../harness/warm-up.ts";

const callers = 10;

const keysOf = (name: string) =>
  weightedKeys(Array.from({ length: callers }, (_, i) => ({ key: `${name}-${i + 1}`, share: 1 / callers })));

/**
 * In `mixed` half of the requests ask for their cost back, on keys that are at their limit, and in `kept` none on the same
 * keys; in `free` all do, so that nothing is used up for long, however many there are.
 */
export const scenario: Scenario = {
  about: "Is a cost that is given back neither kept for longer, nor given back twice or to somebody else?",
  policies: [loadPolicy],
  replicas: 3,
  phases: (request) => {
    const { ratePerSecond, stretch } = request;
    const load = (name: string, durationMs: number) =>
      poisson({ ratePerSecond, durationMs: durationMs * stretch, keys: keysOf(name) });
    return [
      ...warmUp(request),
      { name: "mixed", load: refunded(load("mixed", 6_000), { share: 0.5 }) },
      { name: "kept", load: load("mixed", 4_000) },
      { name: "free", load: refunded(load("free", 4_000), { share: 1 }) },
    ];
  },
  checkers: [
    withinBound({ phases: ["kept"] }),
    noFalseDenials({ phases: ["mixed", "kept"] }),
    givesBack(),
    metricsTellTheTruth(),
    answersEverything(),
    latencyWithin({ percentile: 99, addedMs: 50 }),
    loadQuality(),
  ],
};
