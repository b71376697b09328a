import { chaosStory } from "../harness/chaos-story.ts";
import { gatewayClock } from "../harness/faults/gateway-clock.ts";
import { during } from "../harness/faults/schedule.ts";
import type { Scenario } from "../harness/scenario.ts";

/** The clock of one gateway jumps ahead by an hour, that of another one back. */
export const scenario: Scenario = chaosStory({
  about: "Does a gateway whose clock is wrong let in more, or turn people away?",
  faults: (_, faultMs) => [
    ...during(gatewayClock({ jumpMs: 3_600_000 }), "fault", { fromMs: 500, untilMs: faultMs, replicas: [0] }),
    ...during(gatewayClock({ jumpMs: -3_600_000 }), "fault", {
      fromMs: 500,
      untilMs: faultMs,
      replicas: [1],
    }),
  ],
  strictPhases: ["baseline", "fault", "recovery"],
  fallbackBlindShare: 1,
});
