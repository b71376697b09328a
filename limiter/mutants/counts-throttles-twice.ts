import type { Mutant } from "../variants/variant.ts";
import { countedApart } from "./parts/counted-apart.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** Whoever adds the middleware's count to the limiter's sees twice the abuse. */
export const mutant: Mutant = {
  about: "Counts every denial twice.",
  source: "no report that we know of: what a hook for denials does that counts beside the limiter",
  convictedBy: ["metrics-tell-the-truth"],
  scenarios: ["burst"],
  variant: wrongLimiter({
    about: "The reference limiter with metrics that lie.",
    protect: (context) =>
      countedApart(context, (metrics, decision, ms) => {
        metrics.decided(decision, ms / 1_000);
        if (decision.outcome === "denied") metrics.decided(decision, ms / 1_000);
      }),
  }),
};
