import { createLimiter } from "../../../limiter/limiter.ts";
import type { AlgorithmName } from "../../../limiter/limiter-options.ts";
import type { BenchLimit, Contender } from "./contender.ts";

/**
 * The reference limiter as anybody would use it, its metrics included. `closed` refuses without Redis, as the peers do;
 * `local` (the default of a policy) also learns from each decision how to go on without it, which no peer does.
 */
export async function own(
  algorithm: AlgorithmName,
  redis: string,
  limit: BenchLimit,
  fallback: "closed" | "local",
): Promise<Contender> {
  const name = fallback === "closed" ? algorithm : `${algorithm}-${fallback}`;
  const limiter = createLimiter({
    redis,
    policies: [{ name: "bench", ...limit, fallback }],
    algorithm,
    prefix: name,
    // What is measured is how long decisions take, not how many would be given up on a busy machine.
    deadlineMs: 10_000,
  });
  if (!(await limiter.connected(5_000))) throw new Error(`${name} found no Redis at ${redis}`);
  return {
    name,
    async decide(key) {
      const { outcome } = await limiter.decide(key);
      if (outcome === "unavailable") throw new Error(`${name} could not ask Redis`);
      return outcome === "allowed";
    },
    [Symbol.asyncDispose]: limiter.close,
  };
}
