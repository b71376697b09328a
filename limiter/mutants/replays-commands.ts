import { decisionOf } from "../decision.ts";
import { type Mutant, redisOf } from "../variants/variant.ts";
import { alone } from "./parts/alone.ts";
import { quietRedis, run } from "./parts/connection.ts";
import { plainLimiter } from "./parts/plain-limiter.ts";
import { windowScript } from "./parts/window-script.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/**
 * A deadline around a client that keeps what it could not send: the caller is answered in time without Redis, and all
 * the same the decision is made again, and charged, when Redis is back.
 */
export const mutant: Mutant = {
  about: "Decides without Redis in time, and sends the question all the same as soon as Redis is back.",
  source:
    "animir/node-rate-limiter-flexible#37 and #184, and its timeouts: a call that timed out still executes",
  convictedBy: ["recovers-within"],
  scenarios: ["redis-outage"],
  levels: [3],
  variant: wrongLimiter({
    about: "Redis with a queue and a deadline; in memory a share.",
    protect: (context) =>
      plainLimiter(context, "sliding-log", (policy) => {
        const redis = quietRedis(redisOf(context));
        const window = windowScript(policy);
        const memory = alone(policy, context);
        return {
          async decide(key, cost) {
            const sentMs = performance.now();
            const reply = await inTime(run(redis, window, [key], [cost]));
            if (reply === undefined) return memory.decide(key, cost);
            memory.forget();
            memory.learn(key, cost, reply, sentMs);
            return decisionOf(reply, [policy.name]);
          },
          close: () => redis.disconnect(),
        };
      }),
  }),
};

/** Undefined after 50 ms, or an error. */
function inTime<T>(asked: Promise<T>): Promise<T | undefined> {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, 50, undefined);
    const settle = (value: T | undefined): void => {
      clearTimeout(late);
      resolve(value);
    };
    asked.then(settle, () => settle(undefined));
  });
}
