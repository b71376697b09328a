import { decisionOf } from "../decision.ts";
import { type Mutant, redisOf } from "../variants/variant.ts";
import { alone } from "./parts/alone.ts";
import { linked } from "./parts/connection.ts";
import { plainLimiter } from "./parts/plain-limiter.ts";
import { windowScript } from "./parts/window-script.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** No answer does not mean that nothing was done: whose first question was only answered late has paid twice. */
export const mutant: Mutant = {
  about: "Asks again when Redis has not answered in half of its time, and is charged for both.",
  source: "redis/ioredis#2193, whose commands are sent again after a reconnect by default",
  convictedBy: ["no-false-denials", "recovers-within"],
  scenarios: ["redis-latency", "reply-lost"],
  levels: [1, 3],
  variant: wrongLimiter({
    about: "Redis, asked up to twice for each decision; in memory a share.",
    protect: (context) =>
      plainLimiter(context, "sliding-log", async (policy) => {
        const redis = await linked(redisOf(context), 25);
        const window = windowScript(policy);
        const memory = alone(policy, context);
        return {
          async decide(key, cost) {
            const sentMs = performance.now();
            const ask = () => redis.run(window, [key], [cost]);
            const reply = await ask()
              .catch(ask)
              .catch(() => undefined);
            if (reply === undefined) return memory.decide(key, cost);
            memory.forget();
            memory.learn(key, cost, reply, sentMs);
            return decisionOf(reply, [policy.name]);
          },
          close: redis.close,
        };
      }),
  }),
};
