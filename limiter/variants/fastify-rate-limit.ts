import { firstHitWindow } from "../peers/first-hit-window.ts";
import { onlyPolicy } from "../peers/peer-listener.ts";
import { peerRedis } from "../peers/peer-redis.ts";
import type { Variant } from "./variant.ts";

/**
 * Options: https://github.com/fastify/fastify-rate-limit#options, the connection as its example makes it. The cost of a
 * request is always 1. Errors of the store go to the application (`skipOnError` is off, as is the default), and become a 500.
 */
export const variant: Variant = {
  about:
    "@fastify/rate-limit on Fastify, which its costs include: a window from the first hit, every cost 1; without Redis, its error goes to Fastify; its connection as its example makes it.",
  packages: ["@fastify/rate-limit", "fastify", "ioredis"],
  promises: firstHitWindow,
  async protect(context) {
    const [{ fastify }, { fastifyRateLimit }] = await Promise.all([
      import("fastify"),
      import("@fastify/rate-limit"),
    ]);
    const { limit, windowMs } = onlyPolicy(context);
    const redis = await peerRedis(context.redisUrl, { connectTimeout: 500, maxRetriesPerRequest: 1 });
    const app = fastify();
    app.addHook("onRequest", async (_request, reply) => {
      reply.header("x-ratelimit-source", "redis");
    });
    await app.register(fastifyRateLimit, {
      max: limit,
      timeWindow: windowMs,
      redis,
      nameSpace: `${context.keyPrefix ?? "gatecrash"}:fastify:`,
      keyGenerator: ({ headers }) => String(headers["x-client-id"] ?? ""),
    });
    app.get("/", async () => "ok");
    await app.ready();
    return {
      listener: (request, response) => app.routing(request, response),
      close: async () => {
        await app.close();
        redis.disconnect();
      },
    };
  },
};
