import { createHash, randomUUID } from "node:crypto";
import { Registry } from "prom-client";
import type { Script } from "../algorithms/decide-script.ts";
import { slidingLog } from "../algorithms/sliding-log.ts";
import { type Decision, decisionOf, unavailable } from "../decision.ts";
import { keySuffix, keysOf } from "../keys.ts";
import { limiterMetrics } from "../metrics.ts";
import type { Policy } from "../policy.ts";
import { type RedisLink, redisLink, type ScriptOutcome } from "../redis-link.ts";
import { limitedResource } from "../reference-variant.ts";
import type { GatewayContext, Mutant, Protected } from "../variants/variant.ts";

/**
 * A sliding log in a sorted set that counts in one call and records in the next. Between the two, every other request
 * counts the same free place. Members are unique, the clock is Redis's, nothing sleeps: the gap is the only bug,
 * and the twin closes it by doing both in one script. It keeps the first policy only.
 */
export const mutant: Mutant = {
  about: "Counts what is in the window, then records the request in a second call.",
  source: "redis-developer/redis-ratelimiting-js#2, cameri/nostream#467, Kong/kong#7831",
  convictedBy: ["within-bound"],
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

async function protect({ policies, redisUrl }: GatewayContext, decide: Decide): Promise<Protected> {
  const [policy] = policies;
  if (policy === undefined) throw new RangeError("read-then-write needs a policy.");
  const registry = new Registry();
  const metrics = limiterMetrics([policy.name], registry);
  const link = redisLink(redisUrl, { deadlineMs: 50 });
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
  const counted = await link.run(COUNT, [key], [cost, limit, windowMs]);
  if (!counted.ok || counted.reply[0] !== 0) return counted;
  const recorded = await link.run(RECORD, [key], [cost, limit, windowMs, randomUUID()]);
  return recorded.ok ? counted : recorded;
};

const inOneCall: Decide = (link, { limit, windowMs }, key, cost) =>
  link.run(COUNT_AND_RECORD, [key], [cost, limit, windowMs, randomUUID()]);

// KEYS: the set of one subject, stamps in microseconds as scores. ARGV: cost, limit, window in ms, a unique name.
// Reply of the count: 1 if denied else 0, remaining, wait and reset in microseconds.
const clock = `
local time = redis.call("TIME")
local now = time[1] * 1000000 + time[2]
local cost, limit, windowUs = tonumber(ARGV[1]), tonumber(ARGV[2]), ARGV[3] * 1000`;

const count = `
redis.call("ZREMRANGEBYSCORE", KEYS[1], "-inf", string.format("%.0f", now - windowUs))
local used = redis.call("ZCARD", KEYS[1])
local function leavesIn(index)
  local member = redis.call("ZRANGE", KEYS[1], index, index, "WITHSCORES")
  return member[2] and member[2] + windowUs - now or windowUs
end
local reply = { 0, limit - used - cost, 0, leavesIn(0) }
if used + cost > limit then
  reply = { 1, math.max(0, limit - used), cost > limit and -1 or leavesIn(used + cost - limit - 1), used == 0 and 0 or leavesIn(0) }
end`;

const record = `
for i = 1, cost do
  redis.call("ZADD", KEYS[1], string.format("%.0f", now), ARGV[4] .. i)
end
redis.call("PEXPIRE", KEYS[1], math.ceil(windowUs / 1000) + 1)`;

const COUNT = script(`${clock}${count}\nreturn reply`);
const RECORD = script(`${clock}${record}\nreturn {}`);
const COUNT_AND_RECORD = script(`${clock}${count}\nif reply[1] == 0 then${record}\nend\nreturn reply`);

function script(text: string): Script {
  return { text, sha: createHash("sha1").update(text).digest("hex") };
}
