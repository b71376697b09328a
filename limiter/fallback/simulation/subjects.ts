import { createFallback, type FallbackAlgorithm } from "../fallback.ts";
import { type Incident, WINDOW_US } from "./incident.ts";
import type { Promised } from "./judge.ts";
import type { Subject } from "./run-incident.ts";
import { bucketKey, counterKey, fixedWindowKey, logKey } from "./simulated-redis.ts";

const KINDS = {
  "sliding-log": { key: logKey, weighsUs: () => WINDOW_US, aligned: false, promise: "window" },
  "sliding-counter": { key: counterKey, weighsUs: () => 2 * WINDOW_US, aligned: false, promise: "counter" },
  "fixed-window": { key: fixedWindowKey, weighsUs: () => WINDOW_US, aligned: true, promise: "fixed" },
  gcra: {
    key: bucketKey,
    weighsUs: ({ burst, limit }: Incident) => Math.ceil((burst / limit) * WINDOW_US),
    aligned: false,
    promise: "bucket",
  },
} as const;

/** What `algorithm` is judged by. */
export function promiseOf(algorithm: FallbackAlgorithm): Promised {
  return KINDS[algorithm].promise;
}

/** The limiter's own fallback for `algorithm` in `story`. */
export function ours(
  story: Incident,
  algorithm: FallbackAlgorithm,
  share: "equal" | "observed" = "equal",
): Subject {
  const { limit, burst, replicas, minimumShare, maxKeys } = story;
  const { key, weighsUs, aligned } = KINDS[algorithm];
  const policy = { name: "simulated", limit, burst, windowMs: WINDOW_US / 1_000 };
  return {
    replica: (replicaIndex) =>
      createFallback({
        policy,
        algorithm,
        replicaIndex,
        replicaCount: replicas,
        minimumShare,
        maxKeys,
        share,
      }),
    key: () => key({ limit, burst, windowUs: WINDOW_US }),
    weighsUs: weighsUs(story),
    aligned,
  };
}
