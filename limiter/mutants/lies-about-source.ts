import type { Mutant } from "../variants/variant.ts";
import { toldOtherwise } from "./parts/told-otherwise.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** It decides rightly, but in Redis's name: whoever watches the answers sees no outage. */
export const mutant: Mutant = {
  about: "Says of every decision that Redis made it.",
  source: "upstash/ratelimit-js, whose answers after a timeout look like any other to most callers",
  convictedBy: ["fallback-as-declared"],
  scenarios: ["redis-outage"],
  levels: [3],
  variant: wrongLimiter({
    about: "The reference limiter with a false label.",
    protect: (context) => toldOtherwise(context, (decision) => ({ ...decision, source: "redis" })),
  }),
};
