import type { Mutant } from "../variants/variant.ts";
import { refundsOtherwise } from "./parts/refunds-otherwise.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** The limit is used up by what should have cost nothing. */
export const mutant: Mutant = {
  about: "Says that a cost was given back, and has sent nothing to Redis.",
  source: "no report that we know of by number: a refund that is not awaited, whose error nobody reads",
  convictedBy: ["no-false-denials"],
  scenarios: ["refunds"],
  levels: [3],
  variant: wrongLimiter({
    about: "The reference limiter, whose refunds go nowhere.",
    protect: (context) => refundsOtherwise(context, async () => true),
  }),
};
