import type { GatewayContext, Protected, Variant } from "gatecrash";
import { createLimiter, rateLimit } from "gatecrash/limiter";

/** A limiter in TypeScript: it promises an exact window. */
export const variant: Variant = {
  about: "Mine.",
  promises: ({ limit, windowMs }) => ({
    upper: { kind: "window", limit, windowMs },
    lower: { kind: "window", limit, windowMs },
    clockResolutionMs: 0,
    deniedConsumes: false,
  }),
  async protect({ policies, redisUrl, keyPrefix = "mine" }: GatewayContext): Promise<Protected> {
    const limiter = createLimiter({ redis: redisUrl, policies, prefix: keyPrefix });
    const limit = rateLimit(limiter, { key: ({ headers }) => String(headers["x-client-id"]) });
    return {
      listener: (request, response) => limit(request, response, () => response.end("ok")),
      close: () => limiter.close(),
    };
  },
};

// @ts-expect-error: the types are there, and say that a sentence is none of these.
export const about: number = variant.about;
