// biome-ignore-all lint/performance/noBarrelFile: the one public entry of a library of its own
export type { Algorithm } from "./algorithms/algorithm.ts";
export { fixedWindow } from "./algorithms/fixed-window.ts";
export { gcra } from "./algorithms/gcra.ts";
export { slidingCounter } from "./algorithms/sliding-counter.ts";
export { slidingLog } from "./algorithms/sliding-log.ts";
export type { Decision, Quota } from "./decision.ts";
export { legacyFields, rateLimitField, rateLimitPolicyField, retryAfterField } from "./headers.ts";
export { type ByIpOptions, byIp } from "./ip/by-ip.ts";
export type { AddressedRequest } from "./ip/client-address.ts";
export type { TrustedProxies } from "./ip/trusted-proxies.ts";
export { createLimiter, type Limiter } from "./limiter.ts";
export {
  type AlgorithmName,
  type LimiterOptions,
  LimiterOptionsError,
  type LimiterPolicy,
  type RedisCluster,
} from "./limiter-options.ts";
export type { AskedLimiter, AskOptions, RequestLimits, Subject } from "./middleware/asked-limiter.ts";
export { type Charge, chargeOf } from "./middleware/charge.ts";
export {
  type FastifyHook,
  type FastifyHookName,
  type FastifyLike,
  type FastifyRateLimitOptions,
  type FastifyReplyLike,
  type FastifyRequestLike,
  fastifyRateLimit,
  fastifyRateLimitHook,
} from "./middleware/fastify.ts";
export { type NodeMiddleware, rateLimit } from "./middleware/node-http.ts";
export type { Eventually, RateLimitOptions } from "./middleware/rate-limit-options.ts";
export type { Policy } from "./policy.ts";
export type { Promised, Promises, PromisesOf } from "./promised.ts";
