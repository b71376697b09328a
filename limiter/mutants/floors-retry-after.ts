import type { Mutant } from "../variants/variant.ts";
import { toldOtherwise } from "./parts/told-otherwise.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** Who comes back when told is turned away again. */
export const mutant: Mutant = {
  about: "Rounds the wait down to whole seconds.",
  source: "review of redis/redis#14826: floor division makes retry_after 0 under a second",
  convictedBy: ["headers-are-honest"],
  scenarios: ["retry-after"],
  variant: wrongLimiter({
    about: "The reference limiter with fields that lie.",
    protect: (context) =>
      toldOtherwise(context, (decision) => ({
        ...decision,
        retryAfterMs: 1_000 * Math.floor(decision.retryAfterMs / 1_000),
      })),
  }),
};
