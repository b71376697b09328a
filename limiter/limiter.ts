import { Registry } from "prom-client";
import { decideScript } from "./algorithms/decide-script.ts";
import { type Decision, decisionOf, unavailable } from "./decision.ts";
import { keySuffix, keysOf } from "./keys.ts";
import { ALGORITHMS, type LimiterOptions, LimiterOptionsError, mistakesIn } from "./limiter-options.ts";
import { limiterMetrics } from "./metrics.ts";
import type { Policy } from "./policy.ts";
import { redisLink } from "./redis-link.ts";

/** Decides which requests are let in; one for a process is enough, whatever the number of subjects. */
export interface Limiter extends AsyncDisposable {
  readonly policies: readonly Policy[];
  readonly registry: Registry;
  /**
   * Asks whether `subject` may spend `cost` now, and charges it if so: one round trip to Redis, within the deadline.
   * Throws only for a cost that is not a whole number of at least 1; whatever Redis does is an outcome.
   */
  readonly decide: (subject: string, cost?: number) => Promise<Decision>;
  /** Waits until Redis can be asked, for at most `withinMs`; whether it can. Deciding needs no such wait. */
  readonly connected: (withinMs: number) => Promise<boolean>;
  /** Closes the connection; decisions from then on are `unavailable`. */
  readonly close: () => Promise<void>;
}

/**
 * Creates a limiter that keeps `policies` over all processes that share the Redis.
 * Starts without waiting for Redis. Throws a {@link LimiterOptionsError} that lists every wrong option.
 */
export function createLimiter(options: LimiterOptions): Limiter {
  const mistakes = mistakesIn(options);
  if (mistakes.length > 0) throw new LimiterOptionsError(mistakes);
  const { redis, policies, algorithm = "sliding-log", prefix = "gatecrash" } = options;
  const { deadlineMs = 50, registry = new Registry() } = options;
  const chosen = policies.map((policy) => ALGORITHMS[policy.algorithm ?? algorithm]);
  const used = [...new Set(chosen)];
  const script = decideScript(used);
  const numbers = policies.flatMap((policy, i) => {
    const own = chosen[i] ?? ALGORITHMS[algorithm];
    return [used.indexOf(own) + 1, ...own.numbers(policy)].map(String);
  });
  const names = policies.map(({ name }) => name);
  const suffixes = policies.map(({ name }, i) => keySuffix(name, chosen[i]?.name ?? algorithm));
  const metrics = limiterMetrics(names, registry);
  const link = redisLink(redis, { deadlineMs });

  async function decide(subject: string, cost = 1): Promise<Decision> {
    if (!(Number.isSafeInteger(cost) && cost >= 1)) {
      throw new RangeError(`cost is ${cost}; give a whole number of at least 1`);
    }
    const startedMs = performance.now();
    const outcome = await link.run(script, keysOf(prefix, suffixes, subject), [cost, ...numbers]);
    const decision = outcome.ok ? decisionOf(outcome.reply, names) : unavailable(names[0] ?? "");
    if (!outcome.ok) metrics.redisFailed(outcome.trouble);
    metrics.decided(decision, (performance.now() - startedMs) / 1_000);
    return decision;
  }

  return {
    policies,
    registry,
    decide,
    connected: link.connected,
    close: link.close,
    [Symbol.asyncDispose]: link.close,
  };
}
