import { Redis } from "ioredis";

/** Deletes every key whose name holds `runId` (random, so ours alone) from a Redis that is not ours; returns how many. */
export async function deleteKeysOf(redisUrl: string, runId: string): Promise<number> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 1, commandTimeout: 5_000 });
  redis.on("error", () => {});
  try {
    return await deleteKeysIn(redis, runId);
  } finally {
    redis.disconnect();
  }
}

/** The same for any `part` of their names. */
export async function deleteKeysIn(redis: Redis, part: string): Promise<number> {
  let deleted = 0;
  let cursor = "0";
  do {
    const [next, keys] = await redis.scan(cursor, "MATCH", `*${part}*`, "COUNT", 1_000);
    cursor = next;
    if (keys.length > 0) deleted += await redis.unlink(...keys);
  } while (cursor !== "0");
  return deleted;
}
