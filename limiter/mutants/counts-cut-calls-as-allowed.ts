import type { Mutant } from "../variants/variant.ts";
import { countedApart } from "./parts/counted-apart.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** What Redis did not answer is a success in the metrics, whatever the client was told. */
export const mutant: Mutant = {
  about: "Counts every call that Redis did not answer as allowed.",
  source: "upstash/ratelimit-js, to which a timeout is a success; here only to its metrics",
  convictedBy: ["metrics-tell-the-truth"],
  scenarios: ["redis-outage"],
  levels: [3],
  variant: wrongLimiter({
    about: "The reference limiter with metrics that lie.",
    protect: (context) =>
      countedApart(context, (metrics, decision, ms) => {
        const { outcome, source } = decision;
        metrics.decided({ ...decision, outcome: source === "local" ? "allowed" : outcome }, ms / 1_000);
      }),
  }),
};
