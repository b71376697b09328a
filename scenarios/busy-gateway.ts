import { chaosStory, inFault } from "../harness/chaos-story.ts";
import { gatewayBusy } from "../harness/faults/gateway-busy.ts";
import type { Scenario } from "../harness/scenario.ts";

/** The event loop of one gateway is blocked again and again, longer than its deadline for Redis. */
export const scenario: Scenario = chaosStory({
  about:
    "Does a gateway that is too busy to read Redis's answers take Redis for dead, or charge anybody twice?",
  faults: (_, faultMs) => [inFault(gatewayBusy({ blockMs: 120, everyMs: 500 }), 500, faultMs, [1])],
});
