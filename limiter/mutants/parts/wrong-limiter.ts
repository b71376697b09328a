import type { AlgorithmName } from "../../limiter-options.ts";
import { referenceVariant } from "../../reference-variant.ts";
import type { Mutant, Variant } from "../../variants/variant.ts";

/** The limiter with the bug: it promises what the reference limiter with this algorithm does. */
export interface WrongLimiter extends Pick<Variant, "about" | "protect"> {
  /** @default "sliding-log" */
  readonly algorithm?: AlgorithmName;
}

/** With the bug it is `wrong`; without, the reference limiter that makes the same promise, and keeps it. */
export function wrongLimiter({ about, protect, algorithm = "sliding-log" }: WrongLimiter): Mutant["variant"] {
  const fixed = twinOf(algorithm);
  return ({ bug }) => (bug ? { about, promises: fixed.promises, protect } : fixed);
}

const twins = new Map<AlgorithmName, Variant>();

/** One for all: whoever runs the twins need not run the same limiter twice. */
function twinOf(algorithm: AlgorithmName): Variant {
  const twin =
    twins.get(algorithm) ?? referenceVariant(algorithm, "The reference limiter, which promises the same.");
  twins.set(algorithm, twin);
  return twin;
}
