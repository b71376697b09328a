import { breaker } from "../breaker.ts";
import type { Mutant } from "../variants/variant.ts";
import { alone } from "./parts/alone.ts";
import { timed } from "./parts/connection.ts";
import { redisFirst } from "./parts/redis-first.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** Without Redis every replica takes itself for the only one: N of them let in N times the limit. */
export const mutant: Mutant = {
  about: "Falls back to a counter in memory with the whole limit, in every replica.",
  source: "go-chi/httprate-redis#15",
  convictedBy: ["fallback-as-declared"],
  scenarios: [
    "redis-outage",
    "retry-storm",
    "redis-blackhole",
    "redis-flap",
    "partition",
    "redis-freeze",
    "moved-traffic",
    "busy-gateway",
  ],
  levels: [3],
  variant: wrongLimiter({
    about: "Redis behind a breaker; in memory the whole limit again.",
    protect: (context) =>
      redisFirst(
        context,
        (policy) => {
          const memory = alone(policy, { replicaIndex: 0, replicaCount: 1 });
          const circuit = breaker({ failuresToOpen: 1, random: Math.random });
          return {
            asks: () => circuit.state === "closed" || circuit.probes(performance.now()),
            answered: circuit.succeeded,
            failed(key, cost, error) {
              if (error !== undefined) circuit.failed(performance.now());
              return memory.decide(key, cost);
            },
          };
        },
        timed,
      ),
  }),
};
