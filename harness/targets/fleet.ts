import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { Policy } from "../../limiter/policy.ts";
import type { GatewayContext, Variant } from "../../limiter/variants/variant.ts";
import type { RedisServer } from "../system/redis-server.ts";
import { until } from "../system/until.ts";
import { type RedisWay, redisWay } from "./redis-way.ts";

/** What a test reads of an answer. */
export interface FleetAnswer {
  readonly status: number;
  readonly source: string | null;
  /** -1 if it does not say. */
  readonly remaining: number;
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
  /** One replica ends, and another one begins in its place. */
  readonly restart: (replica: number) => Promise<void>;
  /** Asks until all replicas say that Redis decides again; false if one does not within `withinMs`. */
  readonly isBack: (withinMs?: number) => Promise<boolean>;
}

const REPLICAS = [0, 1, 2] as const;

/** For tests: three replicas of `variant` that keep `policy` by way of `redis`. */
export async function fleetOf(variant: Variant, policy: Policy, redis: RedisServer): Promise<Fleet> {
  const stack = new AsyncDisposableStack();
  const road = stack.use(await redisWay(redis));
  const keyPrefix = `test-${randomUUID()}`;
  const surroundings = { policies: [policy], redisUrl: road.url, keyPrefix, replicaCount: REPLICAS.length };
  const replicas = await Promise.all(
    REPLICAS.map((replicaIndex) => served(variant, { ...surroundings, replicaIndex })),
  );
  stack.defer(async () => void (await Promise.all(replicas.map(({ end }) => end()))));
  const ask: Fleet["ask"] = async (requests, asked = REPLICAS) => {
    const answers: FleetAnswer[] = [];
    for (let i = 0; i < requests; i++)
      answers.push(await askOnce(replicas[asked[i % asked.length] ?? 0]?.url ?? "", "one"));
    return answers;
  };
  return {
    road,
    ask,
    metrics: () => Promise.all(replicas.map(({ metrics }) => metrics())),
    lose() {
      road.leadTo({ ...redis, url: NOWHERE });
      road.cut();
    },
    heal: () => road.leadTo(redis),
    async restart(replicaIndex) {
      await replicas[replicaIndex]?.end();
      replicas[replicaIndex] = await served(variant, { ...surroundings, replicaIndex });
    },
    isBack: (withinMs = 10_000) =>
      until(
        async () => {
          const answers = await Promise.all(replicas.map(({ url }) => askOnce(url, "another")));
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

interface Served {
  readonly url: string;
  readonly metrics: () => Promise<string>;
  readonly end: () => Promise<void>;
}

/** One replica at a port of its own. */
async function served(variant: Variant, context: GatewayContext): Promise<Served> {
  const { listener, metrics = async () => "", close } = await variant.protect(context);
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    metrics,
    async end() {
      server.close();
      server.closeAllConnections();
      await close();
    },
  };
}

/** Nobody listens there. */
const NOWHERE = "redis://127.0.0.1:1";

async function askOnce(url: string, subject: string): Promise<FleetAnswer> {
  const response = await fetch(url, { headers: { "x-client-id": subject } });
  await response.text();
  const [, remaining = "-1"] = /;r=(\d+)/.exec(response.headers.get("RateLimit") ?? "") ?? [];
  return {
    status: response.status,
    source: response.headers.get("x-ratelimit-source"),
    remaining: Number(remaining),
  };
}
