import type { Mutant } from "../variants/variant.ts";
import { countedApart } from "./parts/counted-apart.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** Every quantile of the dashboard is a thousand times too long. */
export const mutant: Mutant = {
  about: "Observes milliseconds in a histogram of seconds.",
  source: "envoyproxy/ratelimit#1104: response times in milliseconds where seconds are expected",
  convictedBy: ["metrics-tell-the-truth"],
  scenarios: ["burst"],
  variant: wrongLimiter({
    about: "The reference limiter with metrics that lie.",
    protect: (context) =>
      countedApart(context, (metrics, decision, ms) => {
        metrics.decided(decision, ms);
      }),
  }),
};
