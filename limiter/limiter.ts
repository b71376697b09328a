import { Registry } from "prom-client";
import { decideScript } from "./algorithms/decide-script.ts";
import { type Asks, asks } from "./asks.ts";
import { Batch } from "./batch.ts";
import { batchQueue } from "./batch-queue.ts";
import { type BatchSender, batchSender } from "./batch-sender.ts";
import { breaker, LONGEST_PROBE_MS } from "./breaker.ts";
import { Deciding } from "./deciding.ts";
import type { Decision } from "./decision.ts";
import { gateMs } from "./fallback/recovery.ts";
import { type GiveBacks, giveBacks } from "./give-backs.ts";
import { keepDeciding } from "./keep-deciding.ts";
import { type LimiterOptions, LimiterOptionsError, mistakesIn } from "./limiter-options.ts";
import { type LimiterMetrics, limiterMetrics } from "./metrics.ts";
import type { AskOptions, Subject } from "./middleware/asked-limiter.ts";
import type { Policy } from "./policy.ts";
import { type Questions, questions } from "./questions.ts";
import { type RedisGuard, redisGuard } from "./redis-guard.ts";
import { RECONNECTED_WITHIN_MS, redisLink } from "./redis-link.ts";
import type { WithoutRedis } from "./without-redis.ts";

/** Decides which requests are let in; one for a process is enough, whatever the number of subjects. */
export interface Limiter extends Asks, AsyncDisposable {
  readonly policies: readonly Policy[];
  readonly registry: Registry;
  /**
   * Asks whether `subject` may spend `cost` now, and charges it if so, within the deadline. What is asked in one turn
   * of the event loop travels to Redis together. Policies with different `by` need a subject for each: `{ user, tenant }`.
   * Rejects only what no request can be: a cost or a limit that is not a whole number of at least 1, a policy
   * without a subject. Whatever Redis does is an outcome.
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
  const put = questions(policies, { algorithm, prefix });
  const metrics = limiterMetrics(put.names, registry);
  const debts = giveBacks((refund) => queue.add(refund));
  const withoutRedis = keepDeciding({
    ...options,
    algorithm,
    put,
    add: (asking) => queue.add(asking),
    gateMs: longestGateMs(options),
    onKeys: metrics.fallbackKeys,
  });
  const { sender, guard, close } = connection(options, put, metrics, { debts, withoutRedis });
  const queue = batchQueue(
    () => new Batch(sender.keptKey, put.usual.length, 2 * (options.deadlineMs ?? 50)),
    (batch, arrived) => {
      const refusal = guard.refusal();
      if (refusal === undefined) {
        sender.send(batch, arrived);
        return;
      }
      arrived();
      withoutRedis.lost(performance.now(), 0);
      batch.refuse(refusal);
    },
  );
  const context = {
    names: put.names,
    metrics,
    withoutRedis,
    giveBack: debts.owe,
  } as const;

  return {
    policies,
    registry,
    decide(subject, cost = 1, asking) {
      // Not async, which would be three more promises for each decision.
      try {
        const rows = asking === undefined ? undefined : put.rowsOf(asking.limits);
        const mode = asking?.shadow === true ? "shadow" : "enforced";
        const deciding = new Deciding(context, put.checked("decide", cost), put.keysOf(subject), rows, mode);
        if (!deciding.isDecided()) queue.add(deciding);
        return deciding.promise;
      } catch (error) {
        return Promise.reject(error);
      }
    },
    ...asks(put, queue.add, withoutRedis),
    connected: guard.connected,
    close,
    [Symbol.asyncDispose]: close,
  };
}

/** Until every process has found Redis again, and told it what it had admitted without. */
function longestGateMs({ deadlineMs = 50 }: LimiterOptions): number {
  const probeIntervalMs = Math.max(RECONNECTED_WITHIN_MS, LONGEST_PROBE_MS);
  return gateMs({ probeIntervalMs, deadlineMs, repairMs: REPAIR_MS });
}

/** Time for the repairs of other processes. */
const REPAIR_MS = 500;

function connection(
  { redis, prefix = "gatecrash", deadlineMs = 50 }: LimiterOptions,
  put: Questions,
  metrics: LimiterMetrics,
  { debts, withoutRedis }: { readonly debts: GiveBacks; readonly withoutRedis: WithoutRedis },
): { readonly sender: BatchSender; readonly guard: RedisGuard; readonly close: () => Promise<void> } {
  const link = redisLink(redis, { deadlineMs });
  const sender = batchSender(link, {
    script: decideScript(put.algorithms, put.usual, put.keepMs),
    prefix,
    deadlineMs,
    keepMs: put.keepMs,
    onOutcome(trouble, sentMs) {
      if (trouble !== undefined) withoutRedis.lost(performance.now(), sentMs);
      guard.ended(trouble);
    },
    onStateLost() {
      debts.forget();
      withoutRedis.stateLost(performance.now());
    },
  });
  const guard = redisGuard({
    link,
    breaker: breaker({ random: Math.random }),
    greet: sender.greet,
    onGood() {
      const settled = sender.settle();
      withoutRedis.recovered(performance.now(), settled);
      debts.retry();
    },
    onBad: (sentMs) => withoutRedis.lost(performance.now(), sentMs),
    onState: metrics.breakerMoved,
  });
  link.onClosed((beganMs) => withoutRedis.lost(performance.now(), beganMs));
  const close = async (): Promise<void> => {
    guard.close();
    withoutRedis.close();
    metrics.close();
    await link.close();
  };
  return { sender, guard, close };
}
