import { Redis } from "ioredis";
import type { FaultRecord } from "../history/history.ts";

/** A mark in a Redis by which lost state is noticed. */
export interface StateWatch {
  /**
   * Asks again: why state may have been lost since by nobody's plan, in words; null if it was not. Where a fault was to
   * lose it, Redis is another one or empty by plan, and nothing is doubted.
   */
  readonly doubt: (faults?: readonly FaultRecord[]) => Promise<string | null>;
}

/** How long the mark may live if nobody comes back for it, in seconds. */
const markLivesSeconds = 86_400;

/**
 * Notes what Redis says of itself now and leaves a mark in it (a key of ours, with a time to live). A restart, a
 * failover, a flush or an eviction until `doubt` is asked would make an exact limiter forget: it must not be blamed.
 */
export async function watchRedisState(redisUrl: string, runId: string): Promise<StateWatch> {
  const mark = `gatecrash:mark:${runId}`;
  const before = await asking(redisUrl, async (redis) => {
    await redis.set(mark, "1", "EX", markLivesSeconds);
    return describe(redis);
  });
  return {
    async doubt(faults = []) {
      const planned = faults.some(({ losesState }) => losesState !== "none");
      try {
        return await asking(redisUrl, async (redis) => {
          const after = await describe(redis);
          const isMarked = (await redis.del(mark)) === 1;
          if (planned) return null;
          if (after.runId !== before.runId) return "Redis was restarted or replaced during the run";
          if (after.role !== before.role)
            return `Redis changed its role from ${before.role} to ${after.role}`;
          if (!isMarked) return "Redis was flushed during the run";
          const evicted = after.evictedKeys - before.evictedKeys;
          return evicted > 0 ? `Redis evicted ${evicted} keys during the run (maxmemory)` : null;
        });
      } catch (error) {
        return `Redis no longer answered at the end (${error instanceof Error ? error.message : String(error)})`;
      }
    },
  };
}

interface RedisState {
  readonly runId: string;
  readonly role: string;
  readonly evictedKeys: number;
}

async function describe(redis: Redis): Promise<RedisState> {
  const text = await redis.info();
  const field = (name: string): string => new RegExp(`^${name}:(\\S+)`, "m").exec(text)?.[1] ?? "";
  return { runId: field("run_id"), role: field("role"), evictedKeys: Number(field("evicted_keys")) };
}

async function asking<T>(url: string, work: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(url, { maxRetriesPerRequest: 0, commandTimeout: 5_000, connectTimeout: 5_000 });
  redis.on("error", () => {});
  try {
    return await work(redis);
  } finally {
    redis.disconnect();
  }
}
