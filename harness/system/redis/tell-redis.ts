import { Redis } from "ioredis";
import { noteOwnConnection } from "../own-connections.ts";

/**
 * Sends one command to Redis on a connection of its own and gives the reply. Rejects with Redis's error, or when it
 * took longer than `withinMs` (default 5,000; Infinity waits).
 */
export async function tellRedis(
  url: string,
  [command, ...args]: readonly [string, ...string[]],
  withinMs = 5_000,
): Promise<unknown> {
  const isBounded = Number.isFinite(withinMs);
  const client = new Redis(url, {
    lazyConnect: true,
    connectTimeout: isBounded ? withinMs : 5_000,
    maxRetriesPerRequest: 0,
    enableReadyCheck: false,
    connectionName: "gatecrash-harness-fault",
    retryStrategy: null,
  });
  const failed = Promise.withResolvers<never>();
  client.on("error", failed.reject);
  const tooLate = () => failed.reject(new Error(`${command} was not answered within ${withinMs} ms`));
  const late = isBounded ? setTimeout(tooLate, withinMs) : undefined;
  try {
    noteOwnConnection();
    return await Promise.race([client.connect().then(() => client.call(command, ...args)), failed.promise]);
  } finally {
    clearTimeout(late);
    client.disconnect();
  }
}

/** One field of a text of INFO; empty if it has none of that name. */
export function infoField(text: string, name: string): string {
  return new RegExp(`^${name}:(.*?)\\r?$`, "m").exec(text)?.[1] ?? "";
}
