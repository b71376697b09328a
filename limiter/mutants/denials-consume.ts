import { randomUUID } from "node:crypto";
import type { Mutant } from "../variants/variant.ts";
import { script } from "./parts/script.ts";
import { scripted } from "./parts/scripted.ts";
import { COUNT, RECORD, REDIS_CLOCK } from "./parts/sorted-set.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** Who asks on while being turned away stays turned away: its denied requests fill the window. */
export const mutant: Mutant = {
  about: "Records denied requests too.",
  source: "TykTechnologies/tyk#3102, upstash/ratelimit-js#161",
  convictedBy: ["no-false-denials"],
  scenarios: ["hot-key", "steady", "trickle", "weighted-cost", "retry-storm"],
  variant: wrongLimiter({
    about: "A sorted set of whatever was asked.",
    protect: (context) =>
      scripted(context, {
        name: "denials-consume",
        script: script(`${REDIS_CLOCK}${COUNT}${RECORD}\nreturn reply`),
        args: (cost, { limit, windowMs }) => [cost, limit, windowMs, randomUUID()],
      }),
  }),
};
