import { answersEverything } from "../harness/checkers/answers-everything.ts";
import { keysExpire } from "../harness/checkers/keys-expire.ts";
import { latencyWithin } from "../harness/checkers/latency-within.ts";
import { loadQuality } from "../harness/checkers/load-quality.ts";
import { memoryFlat } from "../harness/checkers/memory-flat.ts";
import { metricsTellTheTruth } from "../harness/checkers/metrics-tell-the-truth.ts";
import { noFalseDenials } from "../harness/checkers/no-false-denials.ts";
import { withinBound } from "../harness/checkers/within-bound.ts";
import { poisson } from "../harness/load/poisson.ts";
import { zipfKeys } from "../harness/load/zipf-keys.ts";
import { loadPolicy } from "../harness/load-story.ts";
import type { Scenario } from "../harness/scenario.ts";
import { warmUp } from "../harness/warm-up.ts";

/** Every request is kept until it is judged: of a run of hours, fewer a second are sent. */
const mostRequests = 3_000_000;

/** The same callers for a minute, or as long as `--duration` says: whatever is kept of each request, adds up. */
export const scenario: Scenario = {
  about: "Does the limiter keep its promise for hours, and its memory?",
  policies: [loadPolicy],
  replicas: 3,
  keyAudit: "at-the-end",
  phases: (request) => {
    const durationMs = 60_000 * request.stretch;
    const ratePerSecond = Math.min(request.ratePerSecond, mostRequests / (durationMs / 1_000));
    const load = poisson({
      ratePerSecond,
      durationMs,
      keys: zipfKeys({ hot: [{ key: "hot", share: 0.3 }], tailKeys: 2_000 }),
    });
    const expected = (ratePerSecond * durationMs) / 1_000;
    return [...warmUp(request), { name: "soak", load: { ...load, expected } }];
  },
  checkers: [
    memoryFlat(),
    withinBound(),
    noFalseDenials(),
    keysExpire(),
    metricsTellTheTruth(),
    answersEverything(),
    latencyWithin({ percentile: 99, addedMs: 50 }),
    loadQuality({ offSlotShare: 0.05 }),
  ],
};
