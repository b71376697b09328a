import { once } from "node:events";
import { Redis, type RedisOptions } from "ioredis";

/** What a peer's documentation may recommend of a connection. */
export type PeerRedisOptions = Pick<
  RedisOptions,
  "enableOfflineQueue" | "connectTimeout" | "maxRetriesPerRequest"
>;

/** So long a peer waits for Redis before it begins to serve without. */
const CONNECT_WITHIN_MS = 2_000;

/**
 * A connection as the peers' documentation makes it: unless `options` say otherwise nothing is queued while Redis is away,
 * so that a guard does not wait for it. All else is ioredis's own. Its errors are told to those who ask.
 */
export async function peerRedis(
  url: string,
  options: PeerRedisOptions = { enableOfflineQueue: false },
): Promise<Redis> {
  const redis = new Redis(url, options);
  redis.on("error", () => {});
  const signal = AbortSignal.timeout(CONNECT_WITHIN_MS);
  while (redis.status !== "ready" && !signal.aborted) await once(redis, "ready", { signal }).catch(() => {});
  return redis;
}
