import { chaosStory } from "../harness/chaos-story.ts";
import { redisDown } from "../harness/faults/redis-down.ts";
import { during } from "../harness/faults/schedule.ts";
import { zipfKeys } from "../harness/load/zipf-keys.ts";
import type { Scenario } from "../harness/scenario.ts";

/** Twenty accounts are attacked at a thousand guesses a second while others log in; in the middle Redis goes. */
export const scenario: Scenario = chaosStory({
  about:
    "Does a guard of logins hold against guessing at full speed, and let nobody guess while Redis is away?",
  variant: "sliding-log-closed",
  policies: [{ name: "account", limit: 40, windowMs: 2_000 }],
  keys: () =>
    zipfKeys({
      hot: Array.from({ length: 20 }, (_, i) => ({ key: `attacked-${i + 1}`, share: 0.04 })),
      tailKeys: 5_000,
      exponent: 0.3,
      prefix: "account-",
    }),
  faults: (_, faultMs) => during(redisDown(), "fault", { fromMs: 500, untilMs: faultMs }),
});
