import type { Decision } from "../decision.ts";
import type { Policy } from "../policy.ts";
import { type Mutant, redisOf } from "../variants/variant.ts";
import { type Connection, linked } from "./parts/connection.ts";
import { type Deciding, plainLimiter } from "./parts/plain-limiter.ts";
import { script } from "./parts/script.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** Between two flushes nobody knows of the others; and what was not flushed dies with its process. */
export const mutant: Mutant = {
  about: "Counts in memory, and tells Redis every 100 ms.",
  source: "Kong/kong#7831 and #11859 (sync_rate), NVIDIA/nvcf#975",
  convictedBy: ["within-bound", "fallback-as-declared"],
  scenarios: ["burst", "spike"],
  variant: wrongLimiter({
    about: "A counter a process, added up in Redis now and then.",
    algorithm: "fixed-window",
    protect: (context) =>
      plainLimiter(context, "flushed", async (policy) => counting(await linked(redisOf(context)), policy)),
  }),
};

const FLUSH_EVERY_MS = 100;

interface Count {
  /** Of all replicas, when Redis was last told. */
  flushed: number;
  pending: number;
  /** By `performance.now()`. */
  endsMs: number;
}

function counting(redis: Connection, policy: Policy): Deciding {
  const { name, limit, windowMs } = policy;
  const counts = new Map<string, Count>();
  const restMs = (): number => windowMs - (Date.now() % windowMs);

  async function flush(key: string, count: Count): Promise<void> {
    const told = count.pending;
    const [flushed = 0] = await redis.run(
      ADD,
      [`${key}:${Math.floor(Date.now() / windowMs)}`],
      [told, windowMs],
    );
    count.flushed = flushed;
    count.pending -= told;
  }

  const timer = setInterval(() => {
    for (const [key, count] of counts) {
      if (performance.now() >= count.endsMs) counts.delete(key);
      else if (count.pending > 0) flush(key, count).catch(() => {});
    }
  }, FLUSH_EVERY_MS);

  return {
    async decide(key, cost): Promise<Decision> {
      const nowMs = performance.now();
      const known = counts.get(key);
      const count =
        known !== undefined && nowMs < known.endsMs
          ? known
          : { flushed: 0, pending: 0, endsMs: nowMs + restMs() };
      counts.set(key, count);
      const isAllowed = count.flushed + count.pending + cost <= limit;
      if (isAllowed) count.pending += cost;
      const quota = {
        policy: name,
        remaining: Math.max(0, limit - count.flushed - count.pending),
        retryAfterMs: isAllowed ? 0 : count.endsMs - nowMs,
        resetMs: count.endsMs - nowMs,
      };
      return { ...quota, outcome: isAllowed ? "allowed" : "denied", source: "redis", quotas: [quota] };
    },
    close() {
      clearInterval(timer);
      return redis.close();
    },
  };
}

const ADD = script(`-- KEYS: the counter of one window. ARGV: what is added, window in ms. Reply: the sum.
local sum = redis.call("INCRBY", KEYS[1], ARGV[1])
redis.call("PEXPIRE", KEYS[1], ARGV[2])
return { sum }`);
