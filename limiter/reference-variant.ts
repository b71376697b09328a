import type { IncomingHttpHeaders, IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { LONGEST_PROBE_MS } from "./breaker.ts";
import { REPAIR_MS } from "./fallback/recovery.ts";
import { createLimiter } from "./limiter.ts";
import { ALGORITHMS, type AlgorithmName } from "./limiter-options.ts";
import { longestGateMs } from "./lone-redis.ts";
import type { AskedLimiter, Subject } from "./middleware/asked-limiter.ts";
import { chargeOf } from "./middleware/charge.ts";
import { type NodeMiddleware, rateLimit } from "./middleware/node-http.ts";
import type { Policy } from "./policy.ts";
import type { WithoutRedisPromise } from "./promised.ts";
import { RETRY_WITHIN_MS } from "./redis-link.ts";
import { TELLER_FORGOTTEN_MS } from "./tellers.ts";
import { redisOf, type Variant } from "./variants/variant.ts";
import { withoutBurst } from "./without-burst.ts";

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
      // A refund may be under way for a deadline, and what it takes back has been for another.
      refundsAgedMs: 2 * DEADLINE_MS,
      withoutRedis: withoutRedis(fallback),
    }),
    protect: async ({ policies, keyPrefix, replicaIndex, replicaCount, ...redis }) => {
      const own = withoutBurst(policies, algorithm).map(({ name, limit, windowMs, burst, by }) => ({
        name,
        limit,
        windowMs,
        fallback,
        ...(burst === undefined ? {} : { burst }),
        ...(by === undefined ? {} : { by }),
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
    // Of the thousands of keys of a scenario; who has more takes longer, and holds the gates of the others.
    mergesWithinMs: REPAIR_MS,
    // For longer only while another one has more to tell than there is time for, or was stopped while it told.
    holdsBackMs: longestGateMs({ deadlineMs: DEADLINE_MS }) + TELLER_FORGOTTEN_MS,
    ...times,
  };
}

/**
 * The resource behind `limiter`: the subject is the header `x-client-id`, or `x-<by>-id` for each policy that names one, the
 * cost `x-cost`; bad ones are a 400. Who asks for it by `x-refund` has the cost given back before the answer, which says so.
 */
export function limitedResource(limiter: AskedLimiter): RequestListener {
  const limit: NodeMiddleware = rateLimit(limiter, { key: subjectBy(limiter.policies), cost: costOf });
  return (request, response) => {
    limit(request, response, (error) => {
      if (error === undefined) return void serve(request, response);
      response.statusCode = error instanceof BadRequest ? 400 : 500;
      response.end(error instanceof Error ? `${error.message}\n` : "The limiter failed.\n");
      return undefined;
    });
  };
}

/** Where nothing can be given back, or the limiter says that it was not, the answer says nothing of it. */
async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.headers["x-refund"] !== undefined) {
    const isGiven = await chargeOf(request)
      ?.settle(0)
      .catch(() => false);
    if (isGiven === true) response.setHeader("x-ratelimit-refund", "given");
  }
  response.end("ok");
}

class BadRequest extends Error {}

function subjectBy(policies: readonly Policy[]): (request: IncomingMessage) => Subject {
  const names = [...new Set(policies.flatMap(({ by }) => by ?? []))];
  if (names.length === 0) return ({ headers }) => subjectOf(headers, "client");
  return ({ headers }) => Object.fromEntries(names.map((name) => [name, subjectOf(headers, name)]));
}

function subjectOf(headers: IncomingHttpHeaders, by: string): string {
  const subject = headers[`x-${by}-id`];
  if (typeof subject !== "string") throw new BadRequest(`Say who you are in the header x-${by}-id.`);
  return subject;
}

function costOf({ headers }: IncomingMessage): number {
  const cost = headers["x-cost"];
  if (cost === undefined) return 1;
  if (typeof cost === "string" && /^[1-9]\d{0,14}$/.test(cost)) return Number(cost);
  throw new BadRequest("Give the header x-cost as a whole number of at least 1.");
}
