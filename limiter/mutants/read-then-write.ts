import { randomUUID } from "node:crypto";
import { Registry } from "prom-client";
import { slidingLog } from "../algorithms/sliding-log.ts";
import { type Decision, decisionOf, unavailable } from "../decision.ts";
import { keySuffix, keysOf } from "../keys.ts";
import { limiterMetrics } from "../metrics.ts";
import type { Policy } from "../policy.ts";
import { type RedisLink, redisLink, type ScriptOutcome } from "../redis-link.ts";
import { limitedResource } from "../reference-variant.ts";
import { type GatewayContext, type Mutant, type Protected, redisOf } from "../variants/variant.ts";
import { script } from "./parts/script.ts";
import { COUNT, RECORD, REDIS_CLOCK } from "./parts/sorted-set.ts";

/**
 * A sliding log in a sorted set that counts in one call and records in the next. Between the two, every other request
 * counts the same free place. Members are unique, the clock is Redis's, nothing sleeps: the gap is the only bug,
 * and the twin closes it by doing both in one script. It keeps the first policy only.
 */
export const mutant: Mutant = {
  about: "Counts what is in the window, then records the request in a second call.",
  source: "redis-developer/redis-ratelimiting-js#2, cameri/nostream#467, Kong/kong#7831",
  convictedBy: ["within-bound"],
  scenarios: ["burst"],
  variant: ({ bug }) => ({
    about: bug
      ? "A sorted set, read and then written in two calls."
      : "A sorted set, read and written in one script.",
    promises: slidingLog.promises,
    protect: (context) => protect(context, bug ? inTwoCalls : inOneCall),
  }),
};

/** One decision about `cost` on `key`; what it returns is laid out as the decide script's reply. */
type Decide = (link: RedisLink, policy: Policy, key: string, cost: number) => Promise<ScriptOutcome>;

async function protect({ policies, ...redis }: GatewayContext, decide: Decide): Promise<Protected> {
  const [policy] = policies;
  if (policy === undefined) throw new RangeError("read-then-write needs a policy.");
  const registry = new Registry();
  const metrics = limiterMetrics([policy.name], registry);
  const link = redisLink(redisOf(redis), { deadlineMs: 50 });
  await link.connected(2_000);
  const suffix = keySuffix(policy.name, "read-then-write");
  return {
    listener: limitedResource({
      policies: [policy],
      decide: async (subject: string, cost = 1): Promise<Decision> => {
        const startedMs = performance.now();
        const [key = ""] = keysOf("gatecrash", [suffix], subject);
        const outcome = await decide(link, policy, key, cost);
        const decision = outcome.ok ? decisionOf(outcome.reply, [policy.name]) : unavailable(policy.name);
        if (!outcome.ok) metrics.redisFailed(outcome.trouble);
        metrics.decided(decision, (performance.now() - startedMs) / 1_000);
        return decision;
      },
    }),
    metrics: () => registry.metrics(),
    close: link.close,
  };
}

const inTwoCalls: Decide = async (link, { limit, windowMs }, key, cost) => {
  const counted = await link.run(COUNT_ALONE, [key], [cost, limit, windowMs]);
  if (!counted.ok || counted.reply[0] !== 0) return counted;
  const recorded = await link.run(RECORD_ALONE, [key], [cost, limit, windowMs, randomUUID()]);
  return recorded.ok ? counted : recorded;
};

const inOneCall: Decide = (link, { limit, windowMs }, key, cost) =>
  link.run(COUNT_AND_RECORD, [key], [cost, limit, windowMs, randomUUID()]);

const COUNT_ALONE = script(`${REDIS_CLOCK}${COUNT}\nreturn reply`);
const RECORD_ALONE = script(`${REDIS_CLOCK}${RECORD}\nreturn {}`);
const COUNT_AND_RECORD = script(`${REDIS_CLOCK}${COUNT}\nif reply[1] == 0 then${RECORD}\nend\nreturn reply`);
