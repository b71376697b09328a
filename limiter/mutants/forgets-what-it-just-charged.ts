import type { Mutant } from "../variants/variant.ts";
import { toldOtherwise } from "./parts/told-otherwise.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** The last one that is let in is told that one more remains. */
export const mutant: Mutant = {
  about: "Tells what remained before the request, not after it.",
  source: "no report that we know of: the order of reading and charging, which many get wrong",
  convictedBy: ["headers-are-honest"],
  scenarios: ["retry-after"],
  variant: wrongLimiter({
    about: "The reference limiter with fields that lie.",
    protect: (context) =>
      toldOtherwise(context, (decision) => ({
        ...decision,
        quotas: decision.quotas.map((quota) =>
          decision.outcome === "allowed" ? { ...quota, remaining: quota.remaining + 1 } : quota,
        ),
      })),
  }),
};
