import { Registry } from "prom-client";
import { decideScript } from "./algorithms/decide-script.ts";
import { Batch, type Mode } from "./batch.ts";
import { batchQueue } from "./batch-queue.ts";
import { type BatchSender, batchSender } from "./batch-sender.ts";
import { breaker } from "./breaker.ts";
import { Deciding } from "./deciding.ts";
import { type Decision, decisionOf, unavailable } from "./decision.ts";
import { type GiveBacks, giveBacks } from "./give-backs.ts";
import { type LimiterOptions, LimiterOptionsError, mistakesIn } from "./limiter-options.ts";
import { type LimiterMetrics, limiterMetrics } from "./metrics.ts";
import type { AskOptions, Subject } from "./middleware/asked-limiter.ts";
import type { Policy } from "./policy.ts";
import { type Questions, questions } from "./questions.ts";
import { type RedisGuard, redisGuard } from "./redis-guard.ts";
import { redisLink } from "./redis-link.ts";
import { openOrClosed, type WithoutRedis } from "./without-redis.ts";

/** Decides which requests are let in; one for a process is enough, whatever the number of subjects. */
export interface Limiter extends AsyncDisposable {
  readonly policies: readonly Policy[];
  readonly registry: Registry;
  /**
   * Asks whether `subject` may spend `cost` now, and charges it if so, within the deadline. What is asked in one turn
   * of the event loop travels to Redis together. Policies with different `by` need a subject for each: `{ user, tenant }`.
   * Rejects only what no request can be: a cost or a limit that is not a whole number of at least 1, a policy
   * without a subject. Whatever Redis does is an outcome.
   */
  readonly decide: (subject: Subject, cost?: number, options?: AskOptions) => Promise<Decision>;
  /** What `decide` would answer now. Charges nothing and counts nothing; `remaining` is without the cost. */
  readonly peek: (subject: Subject, cost?: number, options?: AskOptions) => Promise<Decision>;
  /** Gives back what was charged last, as far as it still counts; whether Redis has done so. */
  readonly refund: (subject: Subject, cost?: number, options?: AskOptions) => Promise<boolean>;
  /** Forgets all that `subject` was charged; whether Redis has done so. */
  readonly reset: (subject: Subject) => Promise<boolean>;
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
  const isOpen = policies.every(({ fallback }) => fallback === "open");
  const withoutRedis = openOrClosed(put.names[0] ?? "", isOpen ? "open" : "closed");
  const { sender, guard, close } = connection(options, put, metrics, { debts, withoutRedis });
  const queue = batchQueue(
    () => new Batch(sender.keptKey, put.usual.length),
    (batch) => {
      const refusal = guard.refusal();
      if (refusal === undefined) return sender.send(batch);
      batch.refuse(refusal);
      return undefined;
    },
  );
  const context = {
    names: put.names,
    metrics,
    withoutRedis,
    giveBack: debts.owe,
  } as const;

  /** Resolves to undefined if Redis did not answer. */
  function ask<T>(
    mode: Mode,
    subject: Subject,
    cost: number,
    limits: AskOptions["limits"],
    read: (reply: readonly number[], at: number) => T,
  ): Promise<T | undefined> {
    return new Promise((resolve) => {
      const question = {
        mode,
        cost: put.checked(mode, cost),
        keys: put.keysOf(subject),
        rows: put.rowsOf(limits),
      };
      const answered = (reply: readonly number[], at: number) => resolve(read(reply, at));
      const failed = () => resolve(undefined);
      queue.add({ ...question, answered, failed, turnedOut() {} });
    });
  }

  return {
    policies,
    registry,
    async decide(subject, cost = 1, asking) {
      const rows = asking === undefined ? undefined : put.rowsOf(asking.limits);
      const mode = asking?.shadow === true ? "shadow" : "enforced";
      const deciding = new Deciding(context, put.checked("decide", cost), put.keysOf(subject), rows, mode);
      queue.add(deciding);
      return deciding.promise;
    },
    async peek(subject, cost = 1, asking) {
      const read = (reply: readonly number[], at: number) => decisionOf(reply, put.names, at);
      return (await ask("peek", subject, cost, asking?.limits, read)) ?? unavailable(put.names[0] ?? "");
    },
    refund: async (subject, cost = 1, asking) =>
      (await ask("refund", subject, cost, asking?.limits, () => true)) ?? false,
    reset: async (subject) => (await ask("reset", subject, 0, undefined, () => true)) ?? false,
    connected: guard.connected,
    close,
    [Symbol.asyncDispose]: close,
  };
}

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
    onOutcome: (trouble) => guard.ended(trouble),
    onStateLost() {
      debts.forget();
      withoutRedis.stateLost?.(performance.now());
    },
  });
  const guard = redisGuard({
    link,
    breaker: breaker({ random: Math.random }),
    greet: sender.greet,
    onGood() {
      withoutRedis.recovered?.(performance.now());
      debts.retry();
      void sender.settle();
    },
    onState: metrics.breakerMoved,
  });
  const close = async (): Promise<void> => {
    guard.close();
    metrics.close();
    await link.close();
  };
  return { sender, guard, close };
}
