import type { Redis } from "ioredis";
import { firstHitWindow } from "../peers/first-hit-window.ts";
import { onlyPolicy } from "../peers/peer-listener.ts";
import { peerRedis, undocumentedConnection } from "../peers/peer-redis.ts";
import type { Variant } from "./variant.ts";

/**
 * Options: https://honohub.dev/rate-limiter. The cost of a request is always 1. Errors of the store go to the application
 * and become a 500. Its `RateLimit-Policy` is that of draft 6, which a reader of today's takes for a mistake: left out.
 */
export const variant: Variant = {
  about: `hono-rate-limiter with its Redis store on Hono's node server, which its costs include: a window from the first hit, every cost 1; without Redis, its error goes to Hono; ${undocumentedConnection}.`,
  packages: ["hono-rate-limiter", "hono", "@hono/node-server", "ioredis"],
  promises: firstHitWindow,
  async protect(context) {
    const [{ Hono }, { getRequestListener }, { RedisStore, rateLimiter }] = await Promise.all([
      import("hono"),
      import("@hono/node-server"),
      import("hono-rate-limiter"),
    ]);
    const { limit, windowMs } = onlyPolicy(context);
    const redis = await peerRedis(context.redisUrl);
    const prefix = `${context.keyPrefix ?? "gatecrash"}:hono:`;
    const app = new Hono();
    app.use(async (c, next) => {
      c.header("x-ratelimit-source", "redis");
      await next();
    });
    app.use(
      rateLimiter({
        windowMs,
        limit,
        keyGenerator: (c) => c.req.header("x-client-id") ?? "",
        store: new RedisStore({ client: clientOf(redis), prefix }),
        handler: (c, _next, { message }) => {
          c.header("RateLimit-Policy", undefined);
          return c.text(String(message), 429);
        },
      }),
    );
    app.get("/", (c) => {
      c.header("RateLimit-Policy", undefined);
      return c.text("ok");
    });
    // As an application in production would: the default handler writes a stack trace for each.
    app.onError((_error, c) => c.text("The limiter failed.\n", 500));
    return { listener: getRequestListener(app.fetch), close: async () => redis.disconnect() };
  },
};

/** The client that its store takes. */
function clientOf(redis: Redis) {
  return {
    scriptLoad: async (script: string) => String(await redis.script("LOAD", script)),
    evalsha: async <Args extends unknown[], Reply>(sha: string, keys: string[], args: Args) =>
      (await redis.evalsha(sha, keys.length, ...keys, ...args.map(String))) as Reply,
    decr: (key: string) => redis.decr(key),
    del: (key: string) => redis.del(key),
  };
}
