import { referenceVariant } from "../reference-variant.ts";
import type { Variant } from "./variant.ts";

/** The exact sliding window that lets everybody in while Redis cannot be asked. */
export const variant: Variant = referenceVariant(
  "sliding-log",
  "The exact sliding window, which lets everybody in while Redis cannot be asked.",
  { fallback: "open" },
);
