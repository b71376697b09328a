import { referenceVariant } from "../reference-variant.ts";
import type { Variant } from "./variant.ts";

/** The reference limiter, an even pace with bursts. */
export const variant: Variant = referenceVariant(
  "gcra",
  "Even pace with bursts up to a capacity: one exact integer debt a key, one Lua round trip, Redis's own clock.",
);
