import { chaosStory, inFault } from "../harness/chaos-story.ts";
import { scriptFlush } from "../harness/faults/script-flush.ts";
import type { Scenario } from "../harness/scenario.ts";

/** Redis forgets the limiter's script again and again, and nothing else. */
export const scenario: Scenario = chaosStory({
  about: "Does a forgotten script cost a decision, or count one twice?",
  faults: (_, faultMs) => [inFault(scriptFlush({ everyMs: 200 }), 300, faultMs)],
  strictPhases: ["baseline", "fault", "recovery"],
});
