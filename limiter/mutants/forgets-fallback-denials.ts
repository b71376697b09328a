import type { Mutant } from "../variants/variant.ts";
import { countedApart } from "./parts/counted-apart.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** In an outage it turns away, and the dashboard stays calm. */
export const mutant: Mutant = {
  about: "Counts no denial that it made without Redis.",
  source: "envoyproxy/ratelimit#423: what the local cache denies is not counted as over the limit",
  convictedBy: ["metrics-tell-the-truth"],
  scenarios: ["redis-outage"],
  levels: [3],
  variant: wrongLimiter({
    about: "The reference limiter with metrics that lie.",
    protect: (context) =>
      countedApart(context, (metrics, decision, ms) => {
        if (decision.source === "local" && decision.outcome === "denied") return;
        metrics.decided(decision, ms / 1_000);
      }),
  }),
};
