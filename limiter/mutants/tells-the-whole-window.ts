import type { Mutant } from "../variants/variant.ts";
import { toldOtherwise } from "./parts/told-otherwise.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** Who spent slowly waits longer than needed. */
export const mutant: Mutant = {
  about: "Tells everybody to wait a whole window.",
  source: "fastify/fastify-rate-limit#324: Retry-After is the whole window, not the time left",
  convictedBy: ["headers-are-honest"],
  scenarios: ["retry-after"],
  variant: wrongLimiter({
    about: "The reference limiter with fields that lie.",
    protect: (context) =>
      toldOtherwise(context, (decision, { windowMs }) => ({
        ...decision,
        retryAfterMs: decision.outcome === "denied" ? windowMs : decision.retryAfterMs,
      })),
  }),
};
