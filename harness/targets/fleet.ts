import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Policy } from "../../limiter/policy.ts";
import type { Variant } from "../../limiter/variants/variant.ts";
import type { RedisServer } from "../system/redis-server.ts";
import { until } from "../system/until.ts";
import { type RedisWay, redisWay } from "./redis-way.ts";

/** What a test reads of an answer. */
export interface FleetAnswer {
  readonly status: number;
  readonly source: string | null;
  /** -1 if it does not say. */
  readonly remaining: number;
  /** The field RateLimit; null if there is none. */
  readonly rateLimit: string | null;
}

/** Replicas of one limiter in this process, and their one way to Redis. */
export interface Fleet extends AsyncDisposable {
  readonly road: RedisWay;
  /** So many requests of one subject, one after the other, in turn over `replicas`. */
  readonly ask: (requests: number, replicas?: readonly number[]) => Promise<FleetAnswer[]>;
  /** What each replica tells of itself, as Prometheus text; empty where it has no metrics. */
  readonly metrics: () => Promise<readonly string[]>;
  /** Redis cannot be reached: what is open is cut, what is tried is refused. */
  readonly lose: () => void;
  readonly heal: () => void;
  /** Asks until all replicas say that Redis decides again; false if one does not within `withinMs`. */
  readonly isBack: (withinMs?: number) => Promise<boolean>;
}

const REPLICAS = [0, 1, 2] as const;

/** For tests: three replicas of `variant` that keep `policy` by way of `redis`. */
export async function fleetOf(variant: Variant, policy: Policy, redis: RedisServer): Promise<Fleet> {
  const stack = new AsyncDisposableStack();
  const road = stack.use(await redisWay(redis));
  const keyPrefix = `test-${randomUUID()}`;
  const tellers: Teller[] = [];
  const urls = await Promise.all(
    REPLICAS.map(async (replicaIndex) => {
      const { listener, metrics, close } = await variant.protect({
        policies: [policy],
        redisUrl: road.url,
        keyPrefix,
        replicaIndex,
        replicaCount: REPLICAS.length,
      });
      tellers[replicaIndex] = metrics ?? (async () => "");
      const server = createServer(listener).listen(0, "127.0.0.1");
      await once(server, "listening");
      stack.defer(async () => {
        server.close();
        server.closeAllConnections();
        await close();
      });
      return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    }),
  );
  const ask: Fleet["ask"] = async (requests, replicas = REPLICAS) => {
    const answers: FleetAnswer[] = [];
    for (let i = 0; i < requests; i++)
      answers.push(await askOnce(urls[replicas[i % replicas.length] ?? 0] ?? "", "one"));
    return answers;
  };
  return {
    road,
    ask,
    metrics: () => Promise.all(tellers.map((tell) => tell())),
    lose() {
      road.leadTo({ ...redis, url: NOWHERE });
      road.cut();
    },
    heal: () => road.leadTo(redis),
    isBack: (withinMs = 10_000) =>
      until(
        async () => {
          const answers = await Promise.all(urls.map((url) => askOnce(url, "another")));
          return answers.every(({ source }) => source === "redis");
        },
        { withinMs, everyMs: 50 },
      ).then(
        () => true,
        () => false,
      ),
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

type Teller = () => Promise<string>;

/** Nobody listens there. */
const NOWHERE = "redis://127.0.0.1:1";

async function askOnce(url: string, subject: string): Promise<FleetAnswer> {
  const response = await fetch(url, { headers: { "x-client-id": subject } });
  await response.text();
  const rateLimit = response.headers.get("RateLimit");
  const [, remaining = "-1"] = /;r=(\d+)/.exec(rateLimit ?? "") ?? [];
  return {
    status: response.status,
    source: response.headers.get("x-ratelimit-source"),
    remaining: Number(remaining),
    rateLimit,
  };
}
