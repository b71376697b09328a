import { createLimiter } from "../../../limiter/limiter.ts";
import type { AlgorithmName } from "../../../limiter/limiter-options.ts";
import type { BenchLimit, Contender } from "./contender.ts";

/** The reference limiter as anybody would use it, its metrics included. */
export async function own(algorithm: AlgorithmName, redis: string, limit: BenchLimit): Promise<Contender> {
  const limiter = createLimiter({
    redis,
    policies: [{ name: "bench", ...limit }],
    algorithm,
    prefix: algorithm,
    // What is measured is how long decisions take, not how many would be given up on a busy machine.
    deadlineMs: 10_000,
  });
  if (!(await limiter.connected(5_000))) throw new Error(`${algorithm} found no Redis at ${redis}`);
  return {
    name: algorithm,
    async decide(key) {
      const { outcome } = await limiter.decide(key);
      if (outcome === "unavailable") throw new Error(`${algorithm} could not ask Redis`);
      return outcome === "allowed";
    },
    [Symbol.asyncDispose]: limiter.close,
  };
}
