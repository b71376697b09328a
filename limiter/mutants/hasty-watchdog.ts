import type { Mutant } from "../variants/variant.ts";
import { alone } from "./parts/alone.ts";
import { redisFirst } from "./parts/redis-first.ts";
import { wrongLimiter } from "./parts/wrong-limiter.ts";

/** Whoever was too busy to read an answer blames Redis: a pause of the process looks like an outage. */
export const mutant: Mutant = {
  about:
    "Takes Redis for dead when an answer is overdue by its own clock, and then limits alone, by the whole limit.",
  source:
    "go-chi/httprate-redis#15 for the limit; watchdogs that measure the age of the last reply by their own clock",
  convictedBy: ["fallback-as-declared"],
  scenarios: ["busy-gateway"],
  levels: [3],
  variant: wrongLimiter({
    about: "Redis behind a watchdog; in memory the whole limit again.",
    protect: (context) =>
      redisFirst(context, (policy) => {
        const memory = alone(policy, { replicaIndex: 0, replicaCount: 1 });
        let owedSinceMs = NOTHING_OWED;
        let deadUntilMs = 0;
        return {
          asks() {
            const nowMs = performance.now();
            if (nowMs < deadUntilMs) return false;
            const isDead = nowMs - owedSinceMs > SILENCE_MS;
            owedSinceMs = isDead ? NOTHING_OWED : Math.min(owedSinceMs, nowMs);
            if (isDead) deadUntilMs = nowMs + DEAD_FOR_MS;
            return !isDead;
          },
          answered() {
            owedSinceMs = NOTHING_OWED;
          },
          failed: memory.decide,
        };
      }),
  }),
};

const NOTHING_OWED = Number.POSITIVE_INFINITY;
const SILENCE_MS = 100;
const DEAD_FOR_MS = 1_000;
