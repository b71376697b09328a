import { once } from "node:events";
import { Redis, type RedisOptions } from "ioredis";

/** What a peer's documentation may recommend of a connection. */
export type PeerRedisOptions = Pick<
  RedisOptions,
  "enableOfflineQueue" | "connectTimeout" | "maxRetriesPerRequest"
>;

/** So long a peer waits for Redis before it begins to serve without. */
const CONNECT_WITHIN_MS = 2_000;

/** For the `about` of a peer that is given such a connection by us. */
export const undocumentedConnection =
  "its connection, of which its documentation says nothing, queues nothing while Redis is away";

/**
 * A connection for a peer. What its documentation says of one is given in `options`, and wins. Where it says nothing all
 * get the same: nothing is queued while Redis is away, so that a guard fails at once instead of waiting, which is the
 * kinder of the two. All else is ioredis's own. Its errors are told to those who ask.
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
