import { referenceVariant } from "../reference-variant.ts";
import type { Variant } from "./variant.ts";

/** The reference limiter, windows of the clock. */
export const variant: Variant = referenceVariant(
  "fixed-window",
  "The reference limiter, one count for each window of Redis's clock: two limits may meet at its border, one Lua round trip.",
);
