import type { Redis } from "ioredis";

/** Scripts sent in one write; what redis-benchmark calls -P. */
const IN_FLIGHT = 64;

/** How many runs of a script that does nothing Redis manages in a second, each an EVALSHA of its own, pipelined. */
export async function physicalLimit(redis: Redis, durationMs: number): Promise<number> {
  const sha = String(await redis.script("LOAD", "return 1"));
  const startedMs = performance.now();
  let count = 0;
  const sender = async (): Promise<void> => {
    while (performance.now() - startedMs < durationMs) {
      const pipeline = redis.pipeline();
      for (let i = 0; i < IN_FLIGHT; i++) pipeline.evalsha(sha, 1, "trivial");
      await pipeline.exec();
      count += IN_FLIGHT;
    }
  };
  await Promise.all([sender(), sender(), sender(), sender()]);
  return (count * 1_000) / (performance.now() - startedMs);
}
