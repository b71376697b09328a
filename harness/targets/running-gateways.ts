import type { PromisesOf } from "../../limiter/promised.ts";
import { authorityOf } from "../engines/authority-of.ts";
import type { Endpoint } from "../engines/engine.ts";
import { monotonicMs } from "../history/monotonic-clock.ts";
import { referenceMetricNames } from "../metrics/metric-names.ts";
import { Refusal } from "../refusal.ts";
import type { Gateways } from "../system/gateways.ts";
import { askHealth, type Health } from "../system/health.ts";
import { givenRedis } from "../system/redis/given-redis.ts";
import { usedRedisWays } from "../system/used-redis-ways.ts";
import { contractMistake } from "./contract-mistake.ts";
import type { Spoken, Target } from "./target.ts";

/** Gateways of others. */
export interface RunningGatewaysOptions {
  /** One a replica. */
  readonly endpoints: readonly Endpoint[];
  /** What their limiter is said to promise. */
  readonly promises: PromisesOf;
  /** The proxies before Redis, in the order of `endpoints`; `null`: those called `gateway-<number>`. */
  readonly proxies: readonly string[] | null;
  /** @default as the gateway contract says, and the metrics as the reference limiter calls its own */
  readonly spoken?: Spoken;
  /** How long each may take to answer. @default 10_000 */
  readonly withinMs?: number;
}

/**
 * Gateways that run already: nothing of theirs is started or stopped. Waits until each answers; a `Refusal` names the
 * first that does not, and so does one of the run for the first that does not speak the contract.
 */
export async function runningGateways({
  endpoints,
  promises,
  proxies,
  spoken: { keyHeader, metrics = referenceMetricNames } = {},
  withinMs = 10_000,
}: RunningGatewaysOptions): Promise<Target> {
  const healths = await Promise.all(endpoints.map((endpoint) => untilAnswers(endpoint, withinMs)));
  const notes = healths.flatMap((health, replica) => (health === "ready" ? [] : [noteOn(replica)]));
  return {
    name: "url",
    promises,
    // Whoever else uses them is counted too.
    metrics: { names: metrics, asked: "by-others-too" },
    ...(keyHeader === undefined ? {} : { keyHeader }),
    gives: [],
    redis: async ({ redisUrl }) => (redisUrl === null ? null : givenRedis(redisUrl)),
    ways: async ({ toxiproxyUrl, redisUrl, own }) =>
      toxiproxyUrl === null
        ? null
        : usedRedisWays({
            toxiproxyUrl,
            proxies,
            redisUrl,
            replicas: endpoints.length,
            ...(own === undefined ? {} : { own }),
          }),
    async gateways({ policies }, { runId }) {
      const mistake = await contractMistake({ endpoints, runId, policies, keyHeader });
      if (mistake !== null) throw new Refusal(mistake);
      return asGateways(endpoints, notes);
    },
  };
}

function noteOn(replica: number): string {
  return `gateway ${replica} has no /healthz: no controls are sent, so that latency cannot be judged`;
}

async function untilAnswers(endpoint: Endpoint, withinMs: number): Promise<Exclude<Health, "not-yet">> {
  const deadlineMs = performance.now() + withinMs;
  for (;;) {
    const health = await askHealth(endpoint);
    if (health !== "not-yet") return health;
    if (performance.now() > deadlineMs) {
      throw new Refusal(
        `No gateway answers at http://${authorityOf(endpoint)} within ${withinMs / 1_000} s: start it, or correct --url.`,
      );
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** Their processes are none of ours: as far as we see, each lives one life. */
function asGateways(endpoints: readonly Endpoint[], notes: readonly string[]): Gateways {
  const fromMs = monotonicMs();
  return {
    endpoints,
    pids: [],
    controls: [],
    steering: null,
    hasHealth: notes.length === 0,
    notes,
    lives: () => endpoints.map((_, replica) => ({ replica, fromMs, untilMs: null })),
    [Symbol.asyncDispose]: async () => undefined,
  };
}
