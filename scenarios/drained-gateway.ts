import { chaosStory } from "../harness/chaos-story.ts";
import { redisDown } from "../harness/faults/redis-down.ts";
import { during } from "../harness/faults/schedule.ts";
import { type ReplicaWeights, weightedReplicas } from "../harness/load/weighted-replicas.ts";
import { zipfKeys } from "../harness/load/zipf-keys.ts";
import type { Scenario } from "../harness/scenario.ts";

/** Of all requests, what the first gateway gets until it is drained: the others know its clients, but little asked of them. */
const firstShare = 0.8;
/** The first gateway is drained so far into the phase `fault`: more than a window after Redis went, less than two. */
const drainedAtShare = 0.4;
const faultMs = 6_000;

/**
 * Clients are mostly with one gateway; in the middle of the outage it is drained, and the others serve them. Who then
 * grants what it believes to be free, while the drained one has just granted it, lets in more than the limit.
 */
export const scenario: Scenario = chaosStory({
  about:
    "What is given away when the gateway that served most clients is drained in the middle of an outage, and the others take over?",
  faultMs,
  keys: () => zipfKeys({ hot: [{ key: "hot", share: 0.7 }], tailKeys: 2_000 }),
  shape: (load, phase, { replicas, stretch }) => {
    const before = sharesOf(replicas, firstShare);
    const after = sharesOf(replicas, 0);
    const drained: ReplicaWeights = { fromMs: drainedAtShare * faultMs * stretch, shares: after };
    const stages = {
      baseline: [{ fromMs: 0, shares: before }],
      fault: [{ fromMs: 0, shares: before }, drained],
      recovery: [{ fromMs: 0, shares: after }],
    };
    return weightedReplicas(load, stages[phase]);
  },
  faults: (_, lengthMs) => during(redisDown(), "fault", { fromMs: 0, untilMs: lengthMs }),
});

/** The first replica gets `first`, the others the rest in equal parts; a lone one gets all. */
function sharesOf(replicas: number, first: number): number[] {
  if (replicas === 1) return [1];
  return Array.from({ length: replicas }, (_, index) => (index === 0 ? first : (1 - first) / (replicas - 1)));
}
