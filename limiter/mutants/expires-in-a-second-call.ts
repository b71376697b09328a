import { decisionOf, unavailable } from "../decision.ts";
import { firstHitWindow } from "../peers/first-hit-window.ts";
import { type Mutant, redisOf } from "../variants/variant.ts";
import { linked } from "./parts/connection.ts";
import { plainLimiter } from "./parts/plain-limiter.ts";
import { script } from "./parts/script.ts";

/**
 * A counter whose first hit sets its end in a call of its own. Where nothing breaks, that call follows; where the answer to
 * the count is lost, nobody knows that it was the first, and the key stays for ever.
 */
export const mutant: Mutant = {
  about: "Counts in one call, and gives a new counter its expiry in the next.",
  source:
    "Tabcorp/redis-rate-limiter#1, haraka/Haraka#1757, Clever/leakybucket#4, ulule/limiter#22; marcosbarbero/spring-cloud-zuul-ratelimit#131",
  convictedBy: ["keys-expire"],
  scenarios: ["reply-lost"],
  levels: [3],
  variant: ({ bug }) => ({
    about: bug
      ? "A counter from the first hit on, which expires by a second call."
      : "A counter from the first hit on, which expires by the same script.",
    promises: firstHitWindow,
    protect: (context) =>
      plainLimiter(context, "expires-in-a-second-call", async (policy) => {
        const { name, limit, windowMs } = policy;
        const { run, close } = await linked(redisOf(context));
        const expire = (key: string): Promise<unknown> => run(EXPIRE, [key], [windowMs]);
        return {
          async decide(key, cost) {
            try {
              const reply = await run(bug ? COUNT : COUNT_AND_EXPIRE, [key], [cost, limit, windowMs]);
              const isFirst = reply.at(-1) === 1;
              if (bug && isFirst) await expire(key);
              return decisionOf(reply, [name]);
            } catch {
              return unavailable(name);
            }
          },
          close,
        };
      }),
  }),
};

/**
 * KEYS: the counter of one subject. ARGV: cost, limit, window in milliseconds.
 * Reply: as of the window script, then 1 if this was the first hit.
 */
const counter = (seeToExpiry: string) =>
  script(`local cost, limit, windowMs = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local used = redis.call("INCRBY", KEYS[1], cost)
${seeToExpiry}
local life = redis.call("PTTL", KEYS[1])
if life < 0 then life = windowMs end
local isDenied = used > limit
return { isDenied and 1 or 0, math.max(0, limit - used), isDenied and 1000 * life or 0, 1000 * life, used == cost and 1 or 0 }`);

const COUNT = counter("");
const COUNT_AND_EXPIRE = counter('if used == cost then redis.call("PEXPIRE", KEYS[1], windowMs) end');
const EXPIRE = script(`-- KEYS: the counter of one subject. ARGV: window in milliseconds.
redis.call("PEXPIRE", KEYS[1], ARGV[1])
return {}`);
