import { tellRedis } from "../system/redis/tell-redis.ts";
import type { Fault } from "./fault.ts";
import { redisFault } from "./redis-fault.ts";
import { seeRefusedWrites, seeWrites, tryWrites } from "./see-writes.ts";

/** How little memory. */
export interface RedisOutOfMemoryOptions {
  /** What Redis may use; with more than it uses already nothing breaks. @default 1 */
  readonly maxBytes?: number;
}

/** Redis has used up its memory and may evict nothing: every write is answered with an error (OOM), reads work. */
export function redisOutOfMemory({ maxBytes = 1 }: RedisOutOfMemoryOptions = {}): Fault {
  // Redis takes 0 for no bound at all.
  if (!(maxBytes >= 1)) throw new RangeError(`maxBytes of redis-out-of-memory is ${maxBytes}`);
  return redisFault({
    name: "redis-out-of-memory",
    legend: "Redis is out of memory",
    async breakRedis({ url, ways, undo }) {
      const before = await tryWrites(ways);
      const settings = { "maxmemory-policy": "noeviction", maxmemory: String(Math.floor(maxBytes)) };
      for (const [name, value] of Object.entries(settings)) {
        const [, usual = ""] = (await tellRedis(url, ["CONFIG", "GET", name])) as string[];
        undo.defer(async () => void (await tellRedis(url, ["CONFIG", "SET", name, usual])));
        await tellRedis(url, ["CONFIG", "SET", name, value]);
      }
      return {
        verify: () => seeRefusedWrites(ways, before, "OOM "),
        verifyHealed: () => seeWrites(ways),
      };
    },
  });
}
