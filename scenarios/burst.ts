import { accuracy } from "../harness/checkers/accuracy.ts";
import { answersEverything } from "../harness/checkers/answers-everything.ts";
import { latencyWithin } from "../harness/checkers/latency-within.ts";
import { loadQuality } from "../harness/checkers/load-quality.ts";
import { metricsTellTheTruth } from "../harness/checkers/metrics-tell-the-truth.ts";
import { noFalseDenials } from "../harness/checkers/no-false-denials.ts";
import { redisCost } from "../harness/checkers/redis-cost.ts";
import { withinBound } from "../harness/checkers/within-bound.ts";
import { burstTrains } from "../harness/load/burst-trains.ts";
import { poisson } from "../harness/load/poisson.ts";
import { takingTurns } from "../harness/load/taking-turns.ts";
import { windowEdge } from "../harness/load/window-edge.ts";
import { zipfKeys } from "../harness/load/zipf-keys.ts";
import type { Phase, Scenario, ScenarioRequest } from "../harness/scenario.ts";
import { warmUp } from "../harness/warm-up.ts";
import type { Policy } from "../limiter/policy.ts";

const policy: Policy = { name: "burst", limit: 1_000, windowMs: 2_000 };

/** Keys of one phase: its own hot key, which therefore comes rested, and a long tail. */
function keys(phase: string, hotShare: number) {
  return zipfKeys({
    hot: [{ key: `${phase}-hot`, share: hotShare }],
    tailKeys: 2_000,
    prefix: `${phase}-tail-`,
  });
}

/** Those in which somebody is kept at the limit for long, or around an edge. */
const sharp = { phases: ["baseline", "burst", "edge", "blast"] };

/** Bursts of ten thousand requests a second on one key, and twice its limit around the edge of the window. */
export const scenario: Scenario = {
  about:
    "Does the limit hold when a hot key bursts at 10,000 requests a second, over window edges and at saturation?",
  policies: [policy],
  replicas: 3,
  phases: (request: ScenarioRequest): readonly Phase[] => {
    const { ratePerSecond, stretch, policies } = request;
    const { limit, windowMs } = policies[0] ?? policy;
    const edgeRequests = Math.round(1.3 * limit);
    const edgeBurstMs = Math.min((1_000 * edgeRequests) / ratePerSecond, windowMs / 4);
    const guardMs = windowMs / 40;
    return [
      ...warmUp(request, {
        saturating: [
          { key: "warmup-hot", share: 0.5 },
          { key: "warmup-warm", share: 0.3 },
          { key: "warmup-cool", share: 0.2 },
        ],
        ramping: keys("ramp", 0.3),
      }),
      {
        name: "baseline",
        load: poisson({
          ratePerSecond: ratePerSecond / 2,
          durationMs: 4_000 * stretch,
          keys: keys("baseline", 0.5),
        }),
      },
      {
        name: "burst",
        load: burstTrains({
          ratePerSecond,
          burstMs: 600,
          everyMs: 900,
          durationMs: 8_100 * stretch,
          keys: keys("burst", 0.5),
        }),
      },
      {
        name: "turns",
        // Who forgets one key in twenty is found by how many there are.
        load: takingTurns({
          ratePerSecond,
          durationMs: 4_500 * stretch,
          requests: Math.ceil(1.5 * limit),
          prefix: "turn-",
        }),
      },
      {
        name: "edge",
        align: { atMs: windowMs, toMs: windowMs },
        load: windowEdge({
          windowMs,
          openerMs: guardMs / 2,
          requests: edgeRequests,
          burstMs: edgeBurstMs,
          guardMs,
          keys: ["edge-1", "edge-2"],
        }),
      },
      {
        name: "blast",
        saturate: {
          requests: Math.ceil(4 * ratePerSecond * stretch),
          connections: 48,
          atMostMs: 20_000 * stretch,
          keys: [
            { key: "blast-hot", share: 0.7 },
            { key: "blast-warm", share: 0.2 },
            { key: "blast-cool", share: 0.1 },
          ],
        },
      },
    ];
  },
  checkers: [
    withinBound(sharp),
    noFalseDenials(sharp),
    metricsTellTheTruth(),
    redisCost(),
    accuracy(),
    answersEverything(),
    latencyWithin({ percentile: 99, addedMs: 50 }),
    loadQuality(),
  ],
};
