import type { Mutant } from "../variants/variant.ts";
import { toldOtherwise } from "./parts/told-otherwise.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** Whoever is denied for the sake of his tenant is told that it was for his own. */
export const mutant: Mutant = {
  about: "Decides by all policies, and names the first one whichever denied.",
  source:
    "envoyproxy/envoy#43113 and kgateway-dev/kgateway#8211: nobody learns which of several limits it was",
  convictedBy: ["no-false-denials", "metrics-tell-the-truth"],
  scenarios: ["tiers"],
  levels: [1, 3],
  variant: wrongLimiter({
    about: "The reference limiter, which names the wrong policy.",
    protect: (context) =>
      toldOtherwise(context, (decision, { name }) =>
        decision.outcome === "denied" ? { ...decision, policy: name } : decision,
      ),
  }),
};
