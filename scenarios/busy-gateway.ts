import { chaosStory } from "../harness/chaos-story.ts";
import { gatewayBusy } from "../harness/faults/gateway-busy.ts";
import { redisLatency } from "../harness/faults/redis-latency.ts";
import { during } from "../harness/faults/schedule.ts";
import { zipfKeys } from "../harness/load/zipf-keys.ts";
import type { Scenario } from "../harness/scenario.ts";

/**
 * The event loop of one gateway is blocked again and again, longer than its deadline for Redis. Redis is some
 * milliseconds away, so each block finds answers on their way: they come in time, and are read too late. The hot key
 * is so hot that a replica which limits alone for a while is soon beyond its share.
 */
export const scenario: Scenario = chaosStory({
  about:
    "Does a gateway that is too busy to read Redis's answers take Redis for dead, or charge anybody twice?",
  keys: () => zipfKeys({ hot: [{ key: "hot", share: 0.7 }], tailKeys: 2_000 }),
  faults: (_, faultMs) => [
    ...during(redisLatency({ delayMs: 20 }), "fault", { fromMs: 0, untilMs: faultMs, replicas: [1] }),
    ...during(gatewayBusy({ blockMs: 120, everyMs: 500 }), "fault", {
      fromMs: 500,
      untilMs: 0.95 * faultMs,
      replicas: [1],
    }),
  ],
  fallbackBlindShare: 0.6,
});
