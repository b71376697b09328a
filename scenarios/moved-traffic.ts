import { chaosStory } from "../harness/chaos-story.ts";
import { redisDown } from "../harness/faults/redis-down.ts";
import { during } from "../harness/faults/schedule.ts";
import { sticky } from "../harness/load/sticky.ts";
import type { Scenario } from "../harness/scenario.ts";

/** Clients stay with one replica, until Redis goes: then each is led to another one, which knows nothing of it. */
export const scenario: Scenario = chaosStory({
  about:
    "What does a fallback that remembers its own clients give away, when others' clients come to it in the outage?",
  shape: (load, phase, { replicas }) => sticky(load, { replicas, shift: phase === "fault" ? 1 : 0 }),
  faults: (_, faultMs) => during(redisDown(), "fault", { fromMs: 0, untilMs: faultMs }),
});
