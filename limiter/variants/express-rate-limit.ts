import type { ErrorRequestHandler } from "express";
import { firstHitWindow } from "../peers/first-hit-window.ts";
import { onlyPolicy } from "../peers/peer-listener.ts";
import { peerRedis, undocumentedConnection } from "../peers/peer-redis.ts";
import type { Variant } from "./variant.ts";

/**
 * Options: https://express-rate-limit.mintlify.app/reference/configuration and the README of rate-limit-redis. The cost of
 * a request is always 1. Errors of the store go to the application, as is the default, and become a 500.
 */
export const variant: Variant = {
  about: `express-rate-limit with rate-limit-redis, on Express, which its costs include: a window from the first hit, every cost 1; without Redis, its error goes to Express; ${undocumentedConnection}.`,
  packages: ["express-rate-limit", "rate-limit-redis", "express", "ioredis"],
  promises: firstHitWindow,
  async protect(context) {
    const [{ default: express }, { rateLimit }, { RedisStore }] = await Promise.all([
      import("express"),
      import("express-rate-limit"),
      import("rate-limit-redis"),
    ]);
    const { limit, windowMs } = onlyPolicy(context);
    const redis = await peerRedis(context.redisUrl);
    const store = new RedisStore({
      prefix: `${context.keyPrefix ?? "gatecrash"}:express:`,
      sendCommand: (command: string, ...args: string[]) => redis.call(command, args) as Promise<number>,
    });
    const app = express();
    app.disable("x-powered-by");
    app.use((_request, response, next) => {
      response.setHeader("x-ratelimit-source", "redis");
      next();
    });
    app.use(
      rateLimit({
        windowMs,
        limit,
        standardHeaders: "draft-8",
        legacyHeaders: false,
        keyGenerator: (request) => request.get("x-client-id") ?? "",
        store,
      }),
    );
    app.get("/", (_request, response) => {
      response.end("ok");
    });
    // As an application in production would: the default handler writes a stack trace for each.
    const failed: ErrorRequestHandler = (_error, _request, response, _next) => {
      response.status(500).end("The limiter failed.\n");
    };
    app.use(failed);
    return { listener: app, close: async () => redis.disconnect() };
  },
};
