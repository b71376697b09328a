import type { Mutant } from "../variants/variant.ts";
import { toldOtherwise } from "./parts/told-otherwise.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** Whoever plans by the field waits a window for nothing. */
export const mutant: Mutant = {
  about: "Says that a quota resets one window later than it does.",
  source: "symfony/symfony#40289: says 48 s where 1 s is the truth",
  convictedBy: ["headers-are-honest"],
  scenarios: ["retry-after"],
  variant: wrongLimiter({
    about: "The reference limiter with fields that lie.",
    protect: (context) =>
      toldOtherwise(context, (decision, { windowMs }) => ({
        ...decision,
        quotas: decision.quotas.map((quota) => ({ ...quota, resetMs: quota.resetMs + windowMs })),
      })),
  }),
};
