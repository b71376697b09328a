import { Redis } from "ioredis";
import { noteOwnConnection } from "../own-connections.ts";

/** What a Redis says of itself. */
export interface RedisAnswer {
  /** `redis_version` of INFO. */
  readonly version: string;
  /** Its process id, as its own host counts. */
  readonly pid: number;
}

/** Connects, pings and asks for the version; rejects with the reason when that takes longer than `withinMs`. */
export async function askRedis(url: string, withinMs: number): Promise<RedisAnswer> {
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: withinMs,
    commandTimeout: withinMs,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    retryStrategy: null,
  });
  const failed = Promise.withResolvers<never>();
  client.on("error", failed.reject);
  const late = setTimeout(() => failed.reject(new Error(`no answer within ${withinMs} ms`)), withinMs);
  try {
    return await Promise.race([answer(client), failed.promise]);
  } finally {
    clearTimeout(late);
    client.disconnect();
  }
}

async function answer(client: Redis): Promise<RedisAnswer> {
  noteOwnConnection();
  await client.connect();
  await client.ping();
  const server = await client.info("server");
  const version = /^redis_version:(\S+)/m.exec(server)?.[1];
  if (version === undefined) throw new Error("it answers PING but is no Redis: INFO names no redis_version");
  return { version, pid: Number(/^process_id:(\d+)/m.exec(server)?.[1]) };
}
