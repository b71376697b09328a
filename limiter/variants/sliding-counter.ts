import { referenceVariant } from "../reference-variant.ts";
import type { Variant } from "./variant.ts";

/** The reference limiter, two counts a key. */
export const variant: Variant = referenceVariant(
  "sliding-counter",
  "The reference limiter, two counts a key: a sliding window that takes the window before to have been even, one Lua round trip.",
);
