import { referenceVariant } from "../reference-variant.ts";
import type { Variant } from "./variant.ts";

/** The reference limiter, exact over every window. */
export const variant: Variant = referenceVariant(
  "sliding-log",
  "Exact sliding window: only what was admitted is stored, one Lua round trip, Redis's own clock.",
);
