import { createLimiter, rateLimit } from "gatecrash/limiter";

/** A limiter in JavaScript that lets in twice what it promises: it must be convicted. */
export const variant = {
  about: "Twice too much.",
  promises: ({ limit, windowMs }) => ({
    upper: { kind: "window", limit, windowMs },
    lower: { kind: "none" },
    clockResolutionMs: 0,
    deniedConsumes: false,
  }),
  async protect({ policies: [policy], redisUrl, keyPrefix }) {
    const policies = [{ ...policy, limit: 2 * policy.limit }];
    const limiter = createLimiter({ redis: redisUrl, policies, prefix: keyPrefix });
    const limit = rateLimit(limiter, { key: ({ headers }) => headers["x-client-id"] });
    return {
      listener: (request, response) => limit(request, response, () => response.end("ok")),
      close: () => limiter.close(),
    };
  },
};
