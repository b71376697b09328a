import type { Redis } from "ioredis";
import { decideScript } from "../../limiter/algorithms/decide-script.ts";
import { gcra } from "../../limiter/algorithms/gcra.ts";
import { slidingLog } from "../../limiter/algorithms/sliding-log.ts";
import { median } from "../median.ts";
import type { Bench, BenchOptions, BenchOutcome } from "./bench.ts";
import { redisCpuUs } from "./limiter/redis-cpu.ts";
import { withRedis } from "./limiter/with-redis.ts";

const policy = { name: "bench", limit: 1_000, windowMs: 60_000 };
const algorithms = [gcra, slidingLog];
const sizes = [1, 2, 4, 8, 16, 32, 48, 64, 128, 256];
const rounds = 5;
const keys = 10_000;
/** Decisions under way at any time, in as many runs as they make. */
const underWay = 256;

/** The decide script alone, run for batches of different sizes: where does a larger one bring nothing more? */
export const bench: Bench = {
  name: "batch",
  about:
    "Decisions per second and Redis microseconds for 1 to 256 decisions in one run of the script, 256 under way; the library sends up to 48.",
  run: ({ stretch = 1, onStep = () => {} }: BenchOptions): Promise<BenchOutcome> =>
    withRedis(onStep, async (redis) => {
      const found = new Map<string, number[]>();
      const note = (name: string, value: number) => found.set(name, [...(found.get(name) ?? []), value]);
      for (let round = 0; round <= rounds; round++) {
        onStep(round === 0 ? "warming up" : `round ${round} of ${rounds}`);
        for (const algorithm of algorithms) {
          const script = decideScript([algorithm], [[1, ...algorithm.numbers(policy)]], undefined);
          const sha = String(await redis.script("LOAD", script.text));
          for (const size of round % 2 === 0 ? sizes : sizes.toReversed()) {
            const { perSecond, redisUs } = await turn(redis, { sha, size, durationMs: 120 * stretch });
            if (round === 0) continue;
            note(`perSecond.${algorithm.name}.${size}`, perSecond);
            note(`redisUs.${algorithm.name}.${size}`, redisUs);
            note(`runUs.${algorithm.name}.${size}`, redisUs * size);
          }
        }
      }
      return { numbers: Object.fromEntries([...found].map(([name, all]) => [name, median(all)])), marks: [] };
    }),
};

/** Runs of `size` decisions, as fast as they are answered; microseconds are a decision's. */
async function turn(
  redis: Redis,
  { sha, size, durationMs }: { readonly sha: string; readonly size: number; readonly durationMs: number },
): Promise<{ readonly perSecond: number; readonly redisUs: number }> {
  let decisions = 0;
  const before = await redisCpuUs(redis);
  const startedMs = performance.now();
  const sender = async (): Promise<void> => {
    while (performance.now() - startedMs < durationMs) {
      const asked = Array.from({ length: size }, (_, i) => `${sha}:${(decisions + i) % keys}`);
      decisions += size;
      await redis.evalsha(sha, size + 1, "none", ...asked, Number.MAX_SAFE_INTEGER, 1, 0);
    }
  };
  await Promise.all(Array.from({ length: underWay / size }, sender));
  const tookMs = performance.now() - startedMs;
  const redisUs = ((await redisCpuUs(redis)) - before) / decisions;
  return { perSecond: (1_000 * decisions) / tookMs, redisUs };
}
