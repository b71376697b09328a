import type { Decision, Quota } from "../../decision.ts";
import { createFallback, type Fallback, type FallbackAlgorithm } from "../../fallback/fallback.ts";
import type { Shares } from "../../fallback/shares.ts";
import type { Policy } from "../../policy.ts";

/** What one replica decides by itself. */
export interface Alone {
  readonly decide: (key: string, cost: number) => Decision;
  /** Takes note of a reply of Redis, laid out as that of the window script, to what was asked at `sentMs`. */
  readonly learn: (key: string, cost: number, reply: readonly number[], sentMs: number) => void;
  /** Redis decides again; what was let in meanwhile is told to nobody. */
  readonly forget: () => void;
}

/** The fallback of the library, by its rule for the algorithm. Whoever never lets it `learn` has a cold one. */
export function alone(policy: Policy, shares: Shares, algorithm: FallbackAlgorithm = "sliding-log"): Alone {
  return aloneBy(createFallback({ ...shares, policy, algorithm }), policy);
}

/** Any other fallback. */
export function aloneBy(fallback: Fallback, policy: Policy): Alone {
  return {
    decide(key, cost) {
      const nowUs = micros(performance.now());
      if (fallback.phase !== "lost") fallback.lost(nowUs);
      const { allowed, remaining, waitUs } = fallback.decide(key, cost, nowUs);
      const retryAfterMs = Number.isFinite(waitUs) ? Math.ceil(waitUs / 1_000) : policy.windowMs;
      const quota: Quota = { policy: policy.name, remaining, retryAfterMs, resetMs: policy.windowMs };
      return { ...quota, outcome: allowed ? "allowed" : "denied", source: "local", quotas: [quota] };
    },
    learn(key, cost, reply, sentMs) {
      fallback.learn(key, {
        remaining: reply[1] ?? 0,
        admitted: reply[0] === 0 ? cost : 0,
        sentUs: micros(sentMs),
        receivedUs: micros(performance.now()),
      });
    },
    forget() {
      if (fallback.phase !== "lost") return;
      const nowUs = micros(performance.now());
      fallback.recovered(nowUs);
      fallback.forget(nowUs);
    },
  };
}

const micros = (ms: number): number => Math.floor(ms * 1_000);
