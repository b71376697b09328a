import { referenceVariant } from "../reference-variant.ts";
import type { Mutant } from "../variants/variant.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

const counters = referenceVariant("sliding-counter", "Two counters, the older one weighed.");

/** Right where it takes the last window for evenly spread, it was not. */
export const mutant: Mutant = {
  about: "Estimates the last window from two counters, and promises an exact one.",
  source:
    "no report by number: an estimate whose error was measured on one kind of traffic, and holds for that",
  convictedBy: ["within-bound"],
  scenarios: ["adversarial-counter"],
  variant: wrongLimiter({ about: "Two counters that are sold as a log.", protect: counters.protect }),
};
