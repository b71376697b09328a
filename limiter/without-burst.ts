import { ALGORITHMS, type AlgorithmName } from "./limiter-options.ts";
import type { Policy } from "./policy.ts";

/** `policies` as `algorithm` can keep them all: a `burst` that it has no use for is left out. For whoever runs several. */
export function withoutBurst(policies: readonly Policy[], algorithm: AlgorithmName): readonly Policy[] {
  if (ALGORITHMS[algorithm].takesBurst) return policies;
  return policies.map(({ burst: _, ...policy }) => policy);
}
