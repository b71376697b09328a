import { Registry } from "prom-client";
import { type Asks, asks } from "./asks.ts";
import { redisCluster } from "./cluster/redis-cluster.ts";
import { type Counts, Deciding } from "./deciding.ts";
import type { Decision } from "./decision.ts";
import { mistakesIn } from "./limiter-mistakes.ts";
import { isCluster, type LimiterOptions, LimiterOptionsError } from "./limiter-options.ts";
import { loneRedis } from "./lone-redis.ts";
import { limiterMetrics } from "./metrics.ts";
import type { AskOptions, Subject } from "./middleware/asked-limiter.ts";
import type { Policy } from "./policy.ts";
import { questions } from "./questions.ts";

/** Decides which requests are let in; one for a process is enough, whatever the number of subjects. */
export interface Limiter extends Asks, AsyncDisposable {
  readonly policies: readonly Policy[];
  readonly registry: Registry;
  /**
   * Asks whether `subject` may spend `cost` now, and charges it if so, within the deadline. What is asked in one turn
   * of the event loop travels to Redis together. Policies with different `by` need a subject for each: `{ user, tenant }`.
   * Rejects only what no request can be: a cost that is not a whole number of at least 1, limits that cannot be kept, a
   * policy without a subject. Whatever Redis does is an outcome.
   */
  readonly decide: (subject: Subject, cost?: number, options?: AskOptions) => Promise<Decision>;
  /** Waits until Redis can be asked, for at most `withinMs`; whether it can. Deciding needs no such wait. */
  readonly connected: (withinMs: number) => Promise<boolean>;
  /** Closes the connection; decisions from then on are made without Redis. */
  readonly close: () => Promise<void>;
}

/**
 * Creates a limiter that keeps `policies` over all processes that share the Redis.
 * Starts without waiting for Redis. Throws a {@link LimiterOptionsError} that lists every wrong option.
 */
export function createLimiter(options: LimiterOptions): Limiter {
  const mistakes = mistakesIn(options);
  if (mistakes.length > 0) throw new LimiterOptionsError(mistakes);
  const { policies, algorithm = "sliding-log", prefix = "gatecrash", registry = new Registry() } = options;
  const { redis, deadlineMs = 50, tag } = options;
  const put = questions(policies, { algorithm, prefix, tag });
  const metrics = limiterMetrics(put.names, registry);
  const given = { ...options, algorithm, prefix, deadlineMs, put, metrics };
  const side = isCluster(redis) ? redisCluster({ ...given, redis }) : loneRedis({ ...given, redis });
  const close = async (): Promise<void> => {
    metrics.close();
    await side.close();
  };

  return {
    policies,
    registry,
    decide(subject, cost = 1, asking) {
      // Not async, which would be three more promises for each decision.
      try {
        const rows = asking === undefined ? undefined : put.rowsOf(asking.limits);
        const keys = put.keysOf(subject);
        const { context, add } = side.placeOf(keys);
        const deciding = new Deciding(context, put.checked("decide", cost), keys, rows, countsOf(asking));
        if (!deciding.isDecided()) add(deciding);
        return deciding.promise;
      } catch (error) {
        return Promise.reject(error);
      }
    },
    ...asks(put, side.placeOf),
    connected: side.connected,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function countsOf({ shadow, corrects }: AskOptions = {}): Counts {
  if (corrects !== undefined) return "nowhere";
  return shadow === true ? "shadow" : "enforced";
}
