import type { IncomingMessage, RequestListener } from "node:http";
import { LONGEST_PROBE_MS } from "./breaker.ts";
import { REPAIR_MS } from "./fallback/recovery.ts";
import { createLimiter } from "./limiter.ts";
import { ALGORITHMS, type AlgorithmName } from "./limiter-options.ts";
import { longestGateMs } from "./lone-redis.ts";
import type { AskedLimiter } from "./middleware/asked-limiter.ts";
import { type NodeMiddleware, rateLimit } from "./middleware/node-http.ts";
import type { WithoutRedisPromise } from "./promised.ts";
import { RETRY_WITHIN_MS } from "./redis-link.ts";
import { redisOf, type Variant } from "./variants/variant.ts";

/** What a reference variant does without Redis. */
export interface ReferenceOptions {
  /** @default "local" */
  readonly fallback?: "local" | "open" | "closed";
}

/** The reference limiter with one algorithm for all policies, as a variant. */
export function referenceVariant(
  algorithm: AlgorithmName,
  about: string,
  { fallback = "local" }: ReferenceOptions = {},
): Variant {
  return {
    about,
    promises: (policy) => ({
      ...ALGORITHMS[algorithm].promises(policy),
      withoutRedis: withoutRedis(fallback),
    }),
    protect: async ({ policies, keyPrefix, replicaIndex, replicaCount, ...redis }) => {
      const own = policies.map(({ name, limit, windowMs, burst }) => ({
        name,
        limit,
        windowMs,
        fallback,
        ...(burst === undefined ? {} : { burst }),
      }));
      const limiter = createLimiter({
        redis: redisOf(redis),
        policies: own,
        algorithm,
        deadlineMs: DEADLINE_MS,
        replica: { index: replicaIndex, count: replicaCount },
        ...(keyPrefix === undefined ? {} : { prefix: keyPrefix }),
      });
      // Without Redis it serves all the same, but with it the first request need not find the door closed.
      await limiter.connected(CONNECT_WITHIN_MS);
      return {
        listener: limitedResource(limiter),
        metrics: () => limiter.registry.metrics(),
        close: limiter.close,
      };
    },
  };
}

const CONNECT_WITHIN_MS = 2_000;
const DEADLINE_MS = 50;

function withoutRedis(fallback: "local" | "open" | "closed"): WithoutRedisPromise {
  // Every script carries the instant after which it does nothing: its deadline, by what is known of Redis's clock.
  const times = {
    deadlineMs: DEADLINE_MS,
    probeIntervalMs: Math.max(LONGEST_PROBE_MS, RETRY_WITHIN_MS),
    cutChargesWithinMs: DEADLINE_MS,
  };
  if (fallback !== "local") return { kind: fallback, ...times };
  return {
    kind: fallback,
    share: "equal",
    writesBack: true,
    mergesWithinMs: REPAIR_MS,
    holdsBackMs: longestGateMs({ deadlineMs: DEADLINE_MS }),
    ...times,
  };
}

/** The resource behind `limiter`: the subject is the header `x-client-id`, the cost `x-cost`; bad ones are a 400. */
export function limitedResource(limiter: AskedLimiter): RequestListener {
  const limit: NodeMiddleware = rateLimit(limiter, { key: subjectOf, cost: costOf });
  return (request, response) => {
    limit(request, response, (error) => {
      if (error === undefined) return response.end("ok");
      response.statusCode = error instanceof BadRequest ? 400 : 500;
      response.end(error instanceof Error ? `${error.message}\n` : "The limiter failed.\n");
      return undefined;
    });
  };
}

class BadRequest extends Error {}

function subjectOf({ headers }: IncomingMessage): string {
  const subject = headers["x-client-id"];
  if (typeof subject !== "string") throw new BadRequest("Say who you are in the header x-client-id.");
  return subject;
}

function costOf({ headers }: IncomingMessage): number {
  const cost = headers["x-cost"];
  if (cost === undefined) return 1;
  if (typeof cost === "string" && /^[1-9]\d{0,14}$/.test(cost)) return Number(cost);
  throw new BadRequest("Give the header x-cost as a whole number of at least 1.");
}
