import { createHash } from "node:crypto";
import { Ratelimit } from "@upstash/ratelimit";
import type { Redis } from "ioredis";
import type { BenchLimit, Contender } from "./contender.ts";
import { ownClient } from "./own-client.ts";

type UpstashRedis = ConstructorParameters<typeof Ratelimit>[0]["redis"];

/** @upstash/ratelimit's sliding window (two counters), over TCP and not the HTTP that it is made for. */
export async function upstash(redis: string, { limit, windowMs }: BenchLimit): Promise<Contender> {
  const client = await ownClient(redis, "auto");
  const limiter = new Ratelimit({
    redis: adapter(client) as unknown as UpstashRedis,
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

/** Its scripts begin with a flag that only Upstash's own Redis knows: without it they have another SHA. */
function adapter(client: Redis): Pick<UpstashRedis, "evalsha"> & { eval: UpstashRedis["evalsha"] } {
  const shas = new Map<string, string>();
  return {
    async evalsha<Args extends unknown[], Data>(sha: string, keys: string[], args: Args): Promise<Data> {
      const own = shas.get(sha);
      if (own === undefined) throw new Error("NOSCRIPT");
      return (await client.evalsha(own, keys.length, ...keys, ...args.map(String))) as Data;
    },
    async eval<Args extends unknown[], Data>(script: string, keys: string[], args: Args): Promise<Data> {
      const text = script.replace(/^#!lua.*\n/, "");
      shas.set(sha1(script), sha1(text));
      return (await client.eval(text, keys.length, ...keys, ...args.map(String))) as Data;
    },
  };
}

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}
