import { Redis } from "ioredis";
import { noteOwnConnection } from "../system/own-connections.ts";

/** Names of the harness's own connections to Redis begin so (CLIENT SETNAME). */
export const harnessConnection = "gatecrash-harness";

/** Asks the Redis at `redisUrl` past all proxies, over a connection made for it; `null` if it does not answer in time. */
export async function askDirectly<Answer>(
  redisUrl: string,
  withinMs: number,
  question: (redis: Redis) => Promise<Answer>,
): Promise<Answer | null> {
  noteOwnConnection();
  const redis = new Redis(redisUrl, {
    connectionName: harnessConnection,
    connectTimeout: withinMs,
    commandTimeout: withinMs,
    maxRetriesPerRequest: 0,
    retryStrategy: null,
  });
  redis.on("error", () => {});
  try {
    return await question(redis);
  } catch {
    return null;
  } finally {
    redis.disconnect();
  }
}
