// biome-ignore-all lint/performance/noBarrelFile: the one public entry of a library of its own
export type { Algorithm } from "./algorithms/algorithm.ts";
export { gcra } from "./algorithms/gcra.ts";
export { slidingLog } from "./algorithms/sliding-log.ts";
export type { Decision, Quota } from "./decision.ts";
export { rateLimitField, rateLimitPolicyField, retryAfterField } from "./headers.ts";
export { createLimiter, type Limiter } from "./limiter.ts";
export {
  type AlgorithmName,
  type LimiterOptions,
  LimiterOptionsError,
  type LimiterPolicy,
} from "./limiter-options.ts";
export { type NodeMiddleware, type RateLimitOptions, rateLimit } from "./middleware/node-http.ts";
export type { Policy } from "./policy.ts";
export type { Promised, Promises, PromisesOf } from "./promised.ts";
