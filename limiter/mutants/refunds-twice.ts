import type { Mutant } from "../variants/variant.ts";
import { refundsOtherwise } from "./parts/refunds-otherwise.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** Whoever has his cost given back gets another one's for nothing. */
export const mutant: Mutant = {
  about:
    "Gives each cost back twice: once when the answer is finished, and once when its connection is closed.",
  source: "express-rate-limit, which guards against its own handlers of finish, close and error with a flag",
  convictedBy: ["within-bound"],
  scenarios: ["refunds"],
  levels: [3],
  variant: wrongLimiter({
    about: "The reference limiter, told twice, and not of which time.",
    protect: (context) =>
      refundsOtherwise(context, async (limiter, subject, cost) => {
        await limiter.refund(subject, cost);
        return limiter.refund(subject, cost);
      }),
  }),
};
