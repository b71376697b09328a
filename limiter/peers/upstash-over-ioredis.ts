import { createHash } from "node:crypto";
import type { Ratelimit } from "@upstash/ratelimit";
import type { Redis } from "ioredis";

/** The client that @upstash/ratelimit takes: one of Upstash's HTTP interface. */
export type UpstashRedis = ConstructorParameters<typeof Ratelimit>[0]["redis"];

/**
 * That client over TCP, to any Redis, as far as its limiters need it. Its scripts begin with a flag that only
 * Upstash's own Redis knows: without it they have another SHA.
 */
export function upstashOverIoredis(client: Redis): UpstashRedis {
  const shas = new Map<string, string>();
  const adapter = {
    async evalsha(sha: string, keys: string[], args: unknown[]): Promise<unknown> {
      const own = shas.get(sha);
      if (own === undefined) throw new Error("NOSCRIPT");
      return client.evalsha(own, keys.length, ...keys, ...args.map(String));
    },
    async eval(script: string, keys: string[], args: unknown[]): Promise<unknown> {
      const text = script.replace(/^#!lua.*\n/, "");
      shas.set(sha1(script), sha1(text));
      return client.eval(text, keys.length, ...keys, ...args.map(String));
    },
  };
  return adapter as unknown as UpstashRedis;
}

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}
