import { chaosStory } from "../harness/chaos-story.ts";
import { gatewayBusy } from "../harness/faults/gateway-busy.ts";
import { during } from "../harness/faults/schedule.ts";
import type { Scenario } from "../harness/scenario.ts";

/** The event loop of one gateway is blocked again and again, longer than its deadline for Redis. */
export const scenario: Scenario = chaosStory({
  about:
    "Does a gateway that is too busy to read Redis's answers take Redis for dead, or charge anybody twice?",
  faults: (_, faultMs) =>
    during(gatewayBusy({ blockMs: 120, everyMs: 500 }), "fault", {
      fromMs: 500,
      untilMs: faultMs,
      replicas: [1],
    }),
  fallbackBlindShare: 0.6,
});
