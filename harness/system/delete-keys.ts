import { Redis } from "ioredis";

/** Deletes every key whose name holds `runId` (random, so ours alone) from a Redis that is not ours; returns how many. */
export async function deleteKeysOf(redisUrl: string, runId: string): Promise<number> {
  const redis = new Redis(redisUrl, { maxRetriesPerRequest: 1, commandTimeout: 5_000 });
  redis.on("error", () => {});
  let deleted = 0;
  let cursor = "0";
  try {
    do {
      const [next, keys] = await redis.scan(cursor, "MATCH", `*${runId}*`, "COUNT", 1_000);
      cursor = next;
      if (keys.length > 0) deleted += await redis.unlink(...keys);
    } while (cursor !== "0");
  } finally {
    redis.disconnect();
  }
  return deleted;
}
