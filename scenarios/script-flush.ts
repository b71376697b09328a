import { chaosStory } from "../harness/chaos-story.ts";
import { during } from "../harness/faults/schedule.ts";
import { scriptFlush } from "../harness/faults/script-flush.ts";
import type { Scenario } from "../harness/scenario.ts";

/** Redis forgets the limiter's script again and again, and nothing else. */
export const scenario: Scenario = chaosStory({
  about: "Does a forgotten script cost a decision, or count one twice?",
  faults: (_, faultMs) => during(scriptFlush({ everyMs: 200 }), "fault", { fromMs: 300, untilMs: faultMs }),
  strictPhases: ["baseline", "fault", "recovery"],
  fallbackBlindShare: 1,
});
