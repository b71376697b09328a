import { referenceVariant } from "../reference-variant.ts";
import type { Mutant } from "../variants/variant.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

const counter = referenceVariant("fixed-window", "A counter for each window of the clock.");

/** A limit right before the edge of a window, and another right after it. */
export const mutant: Mutant = {
  about: "Counts in windows of the clock, and promises a sliding one.",
  source: "no report that we know of by number: a fixed window from which its users expect a sliding one",
  convictedBy: ["within-bound"],
  scenarios: ["window-edge", "adversarial-counter"],
  variant: wrongLimiter({ about: "A fixed window that is sold as a sliding one.", protect: counter.protect }),
};
