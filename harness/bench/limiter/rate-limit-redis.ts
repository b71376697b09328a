import type { Options } from "express-rate-limit";
import { RedisStore } from "rate-limit-redis";
import type { BenchLimit, Contender } from "./contender.ts";
import { ownClient } from "./own-client.ts";

/** rate-limit-redis, the store of express-rate-limit, asked as its middleware does: a window from the first hit. */
export async function rateLimitRedis(redis: string, { limit, windowMs }: BenchLimit): Promise<Contender> {
  const client = await ownClient(redis, "auto");
  const store = new RedisStore({
    prefix: "rate-limit-redis:",
    sendCommand: (command: string, ...args: string[]) => client.call(command, args) as Promise<number>,
  });
  // The window is all that the store reads of the middleware's options.
  await store.init({ windowMs } as Options);
  return {
    name: "rate-limit-redis",
    decide: async (key) => (await store.increment(key)).totalHits <= limit,
    async [Symbol.asyncDispose]() {
      client.disconnect();
    },
  };
}
