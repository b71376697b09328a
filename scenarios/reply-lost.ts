import { chaosStory } from "../harness/chaos-story.ts";
import { replyLost } from "../harness/faults/reply-lost.ts";
import { during } from "../harness/faults/schedule.ts";
import type { Scenario } from "../harness/scenario.ts";

/** Redis decides and charges, but the answer never arrives. */
export const scenario: Scenario = chaosStory({
  about: "Is a request charged twice, or for nothing, when Redis has charged it and only the reply is lost?",
  faults: (_, faultMs) => during(replyLost(), "fault", { fromMs: 500, untilMs: faultMs }),
});
