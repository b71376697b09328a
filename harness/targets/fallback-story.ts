import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";
import type { Decision } from "../../limiter/decision.ts";
import { createLimiter, type Limiter } from "../../limiter/limiter.ts";
import type { AlgorithmName, LimiterPolicy } from "../../limiter/limiter-options.ts";
import { provideRedis } from "../system/provide-redis.ts";
import type { RedisServer } from "../system/redis-server.ts";
import { until } from "../system/until.ts";
import { type RedisWay, redisWay } from "./redis-way.ts";

export const REPLICAS = 3;
export const LIMIT = 300;
export const MONTH_MS = 2_592_000_000;

/** For tests: a Redis process of the test's own. */
export async function ownRedis(): Promise<RedisServer> {
  const runFolder = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
  const redis = await provideRedis({ system: "local", runFolder, onProgress() {} });
  return {
    ...redis,
    async [Symbol.asyncDispose]() {
      await redis[Symbol.asyncDispose]();
      rmSync(runFolder, { recursive: true });
    },
  };
}

export interface StoryOptions {
  /** @default "sliding-log" */
  readonly algorithm?: AlgorithmName;
  /** What it has besides a limit of 300 a month. */
  readonly policy?: Partial<LimiterPolicy>;
  /** @default 1_000 */
  readonly maxKeys?: number;
}

/** Three replicas, each with its own way to one Redis. */
export interface Story extends AsyncDisposable {
  readonly redis: RedisServer;
  readonly ways: readonly RedisWay[];
  readonly replicas: readonly Limiter[];
  readonly options: { readonly policies: readonly LimiterPolicy[] };
}

/** For tests: begins a {@link Story}. By default nothing that is admitted leaves the window while a test runs. */
export async function story(options: StoryOptions = {}): Promise<Story> {
  const { algorithm = "sliding-log", policy = {}, maxKeys = 1_000 } = options;
  await using stack = new AsyncDisposableStack();
  const redis = stack.use(await ownRedis());
  const ways = await Promise.all([0, 1, 2].map(async () => stack.use(await redisWay(redis))));
  const common = {
    policies: [{ name: "p", limit: LIMIT, windowMs: MONTH_MS, algorithm, ...policy }],
    maxKeys,
    // What is judged here is what is counted, not how fast this machine is.
    deadlineMs: 500,
  };
  const replicas = ways.map(({ url }, index) =>
    stack.use(createLimiter({ ...common, redis: url, replica: { index, count: REPLICAS } })),
  );
  for (const replica of replicas) expect(await replica.connected(5_000)).toBe(true);
  const owned = stack.move();
  return { redis, ways, replicas, options: common, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

export function allowedIn(decisions: readonly Decision[]): number {
  return decisions.filter(({ outcome }) => outcome === "allowed").length;
}

export function sourcesOf(decisions: readonly Decision[]): Decision["source"][] {
  return [...new Set(decisions.map(({ source }) => source))];
}

/** Every replica is asked `times` times about `subject`, all at once. */
export function askAll(replicas: readonly Limiter[], subject: string, times: number): Promise<Decision[]> {
  const asked = replicas.flatMap((replica) => Array.from({ length: times }, () => replica.decide(subject)));
  return Promise.all(asked);
}

/** Every replica has noticed that Redis does not answer. */
export async function lost(replicas: readonly Limiter[]): Promise<void> {
  await Promise.all(
    replicas.map((replica) => until(async () => (await replica.peek("nobody")).source === "local")),
  );
}

/** Every replica leaves it to Redis alone again: it lets more than a share of a fresh subject through. */
export async function recovered(replicas: readonly Limiter[], limit: number = LIMIT): Promise<void> {
  const isBack = async (replica: Limiter): Promise<boolean> => {
    const { outcome, source } = await replica.decide(`fresh ${fresh++}`, Math.ceil(limit / REPLICAS) + 1);
    return outcome === "allowed" && source === "redis";
  };
  await Promise.all(replicas.map((replica) => until(() => isBack(replica), { withinMs: 30_000 })));
}
let fresh = 0;

/** What Redis has counted, asked by somebody who knows nothing himself; may be more than the limit. */
export async function counted(url: string, { policies }: Story["options"], subject: string): Promise<number> {
  await using limiter = createLimiter({ redis: url, policies, deadlineMs: 5_000 });
  expect(await limiter.connected(5_000)).toBe(true);
  const { remaining } = await limiter.peek(subject, 1, { limits: { p: { limit: 10 * LIMIT } } });
  return 10 * LIMIT - remaining;
}
