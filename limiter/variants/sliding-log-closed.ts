import { referenceVariant } from "../reference-variant.ts";
import type { Variant } from "./variant.ts";

/** The exact sliding window that refuses everybody with 503 while Redis cannot be asked. */
export const variant: Variant = referenceVariant(
  "sliding-log",
  "The exact sliding window, which refuses everybody with 503 while Redis cannot be asked.",
  { fallback: "closed" },
);
