import { Ratelimit } from "@upstash/ratelimit";
import { upstashOverIoredis } from "../../../limiter/peers/upstash-over-ioredis.ts";
import type { BenchLimit, Contender } from "./contender.ts";
import { ownClient } from "./own-client.ts";

/** @upstash/ratelimit's sliding window (two counters), over TCP and not the HTTP that it is made for. */
export async function upstash(redis: string, { limit, windowMs }: BenchLimit): Promise<Contender> {
  const client = await ownClient(redis, "auto");
  const limiter = new Ratelimit({
    redis: upstashOverIoredis(client),
    limiter: Ratelimit.slidingWindow(limit, `${windowMs} ms`),
    ephemeralCache: false,
    prefix: "upstash",
  });
  return {
    name: "upstash-ratelimit",
    decide: async (key) => (await limiter.limit(key)).success,
    async [Symbol.asyncDispose]() {
      client.disconnect();
    },
  };
}
