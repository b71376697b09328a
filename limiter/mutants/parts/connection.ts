import { once } from "node:events";
import type { Redis, RedisOptions } from "ioredis";
import type { Script } from "../../algorithms/decide-script.ts";
import { redisClient, redisLink } from "../../redis-link.ts";

/** A way to Redis. */
export interface Connection {
  /** The reply of one run of `script`; rejects if there is none in time. */
  readonly run: (
    script: Script,
    keys: readonly string[],
    args: readonly (string | number)[],
  ) => Promise<readonly number[]>;
  readonly close: () => Promise<void> | void;
}

type Call = Parameters<Connection["run"]>;

/** At the start, a limiter waits so long for Redis, and then goes on without it. */
const CONNECT_WITHIN_MS = 2_000;

/** The library's own link: a call that is over is over, and a process that is late does not blame Redis. */
export async function linked(redis: string | Redis, deadlineMs = 50): Promise<Connection> {
  const link = redisLink(redis, { deadlineMs });
  await link.connected(CONNECT_WITHIN_MS);
  return {
    async run(script, keys, args) {
      const outcome = await link.run(script, keys, args);
      if (!outcome.ok) throw new Error(`Redis did not decide: ${outcome.trouble}.`);
      return outcome.reply;
    },
    close: link.close,
  };
}

/** The client with its own timer for each command, which is over as well when this process was too busy to read. */
export async function timed(way: string | Redis): Promise<Connection> {
  const redis = await connectedRedis(way, IMPATIENT);
  return { run: (...call) => run(redis, ...call), close: () => redis.disconnect() };
}

/** Options of a connection of one's own. */
export type ConnectionOptions = Omit<RedisOptions, "replyMapping">;

/** Nothing waits longer than it may, nothing is kept for later and nothing is sent twice. */
export const IMPATIENT: ConnectionOptions = {
  commandTimeout: 50,
  connectTimeout: 1_000,
  enableOfflineQueue: false,
  autoResendUnfulfilledCommands: false,
  maxRetriesPerRequest: 0,
  retryStrategy: (attempt) => Math.min(500, 25 * attempt),
};

/** Waits for Redis, for a while. */
export async function connectedRedis(way: string | Redis, options: ConnectionOptions): Promise<Redis> {
  const redis = quietRedis(way, options);
  const signal = AbortSignal.timeout(CONNECT_WITHIN_MS);
  while (redis.status !== "ready" && redis.status !== "end" && !signal.aborted)
    await once(redis, "ready", { signal }).catch(() => {});
  return redis;
}

/** The client; its errors are told to those who ask. */
export function quietRedis(way: string | Redis, options: ConnectionOptions = {}): Redis {
  return redisClient(way, options).on("error", () => {});
}

/** Sends the text where Redis does not know the name. Rejects as ioredis does. */
export async function run(redis: Redis, ...[script, keys, args]: Call): Promise<readonly number[]> {
  try {
    return await runKnown(redis, script, keys, args);
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith("NOSCRIPT"))) throw error;
    return (await redis.call("eval", [script.text, String(keys.length), ...keys, ...args])) as number[];
  }
}

/** Rejects where Redis does not know the script, too. */
export async function runKnown(redis: Redis, ...[{ sha }, keys, args]: Call): Promise<readonly number[]> {
  return (await redis.call("evalsha", [sha, String(keys.length), ...keys, ...args])) as number[];
}
