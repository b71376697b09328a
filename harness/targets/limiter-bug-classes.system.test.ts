import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import type { Decision } from "../../limiter/decision.ts";
import { createLimiter, type Limiter } from "../../limiter/limiter.ts";
import {
  ALGORITHMS,
  type AlgorithmName,
  type LimiterOptions,
  type LimiterPolicy,
} from "../../limiter/limiter-options.ts";
import { provideRedis } from "../system/provide-redis.ts";
import type { RedisServer } from "../system/redis-server.ts";
import { until } from "../system/until.ts";

/**
 * The classes of bugs that other limiters have had, each shown to be absent here. What is shown elsewhere too:
 * forgotten debts, wrong lives of keys and waits that are too short by `algorithms/algorithms.system.test.ts`, forged
 * and spelled addresses by `ip/`, fields by `headers.test.ts`, outages by `limiter-outage` and `limiter-fallback`.
 */
const MONTH_MS = 2_592_000_000;
const algorithms = Object.keys(ALGORITHMS) as AlgorithmName[];
const runFolder = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));

let server: RedisServer;
let redis: Redis;
beforeAll(async () => {
  server = await provideRedis({ system: "local", runFolder, onProgress() {} });
  redis = new Redis(server.url);
});
afterAll(async () => {
  redis.disconnect();
  await server[Symbol.asyncDispose]();
  rmSync(runFolder, { recursive: true });
});
afterEach(() => {
  vi.useRealTimers();
});

type Made = Limiter & { readonly prefix: string };

async function limiterOf(
  policies: readonly LimiterPolicy[],
  options: Partial<LimiterOptions> = {},
): Promise<Made> {
  const prefix = `test-${randomUUID()}`;
  const limiter = createLimiter({ redis: server.url, policies, prefix, deadlineMs: 5_000, ...options });
  expect(await limiter.connected(5_000)).toBe(true);
  return Object.assign(limiter, { prefix: options.prefix ?? prefix });
}

const monthly = (limit: number, rest: Partial<LimiterPolicy> = {}): LimiterPolicy => ({
  name: "p",
  limit,
  windowMs: MONTH_MS,
  ...rest,
});
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));
const allowedIn = (decisions: readonly Decision[]) =>
  decisions.filter(({ outcome }) => outcome === "allowed").length;

/** Asks one after the other for as long as `goesOn`; when each was sent and answered. */
async function trickle(limiter: Limiter, goesOn: () => boolean) {
  const asked: { readonly sentMs: number; readonly answeredMs: number; readonly isAllowed: boolean }[] = [];
  while (goesOn()) {
    const sentMs = performance.now();
    const isAllowed = (await limiter.decide("alice")).outcome === "allowed";
    asked.push({ sentMs, answeredMs: performance.now(), isAllowed });
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
  return asked;
}

describe.each(algorithms)("A: lets in too much (%s)", (algorithm) => {
  it("counts hits of one instant, from parallel processes, each", async () => {
    const first = await limiterOf([monthly(100, { algorithm })]);
    const { policies, prefix } = first;
    const others = [await limiterOf(policies, { prefix }), await limiterOf(policies, { prefix })];
    const decisions = await Promise.all(
      times(600, (i) => [first, ...others][i % 3]?.decide("alice") ?? first.decide("")),
    );
    expect(allowedIn(decisions)).toBe(100);
    for (const limiter of [first, ...others]) await limiter.close();
  });

  it("does not ask the caller's clock", async () => {
    await using limiter = await limiterOf([monthly(10, { algorithm })]);
    const decisions: Decision[] = [];
    for (const days of [0, 40, -40]) {
      vi.useFakeTimers({ toFake: ["Date"], now: Date.now() + days * 86_400_000 });
      for (let i = 0; i < 10; i++) decisions.push(await limiter.decide("alice"));
      vi.useRealTimers();
    }
    expect(allowedIn(decisions)).toBe(10);
  });

  it("makes no credit of refunds beyond what was charged, and no key of refunds of nothing", async () => {
    await using limiter = await limiterOf([monthly(5, { algorithm })]);
    await limiter.refund("alice", 3);
    expect(await redis.keys(`${limiter.prefix}:{*`)).toEqual([]);
    await limiter.decide("alice", 2);
    await Promise.all(times(10, () => limiter.refund("alice", 2)));
    expect(allowedIn(await Promise.all(times(20, () => limiter.decide("alice"))))).toBe(5);
  });

  it("does not forget while it is used, however long that is", async () => {
    const windowMs = 200;
    await using limiter = await limiterOf([{ name: "p", limit: 10, windowMs, algorithm }]);
    const startedMs = performance.now();
    const asked = await trickle(limiter, () => performance.now() < startedMs + 6 * windowMs);
    const most = { "sliding-log": 10, "sliding-counter": 20, gcra: 20, "fixed-window": 20 }[algorithm];
    for (const { sentMs } of asked) {
      const within = asked.filter((one) => one.sentMs >= sentMs && one.answeredMs < sentMs + windowMs);
      expect(within.filter(({ isAllowed }) => isAllowed).length).toBeLessThanOrEqual(most);
    }
  });
});

describe("B: scripts and keys that go away", () => {
  it("goes on when the script is gone, with every count, and no error after the first call", async () => {
    await using limiter = await limiterOf([monthly(40)]);
    const decisions: Decision[] = [];
    for (let i = 0; i < 60; i++) {
      if (i % 20 === 0) await redis.script("FLUSH");
      decisions.push(await limiter.decide("alice"));
    }
    expect(decisions.map(({ source }) => source)).toEqual(decisions.map(() => "redis"));
    expect(allowedIn(decisions)).toBe(40);
  });

  it("begins anew when a key has been deleted, with an expiry", async () => {
    for (const algorithm of algorithms) {
      await using limiter = await limiterOf([monthly(5, { algorithm })]);
      await limiter.decide("alice", 5);
      const [key = ""] = await redis.keys(`${limiter.prefix}:{*`);
      await redis.del(key);
      expect(await limiter.decide("alice", 2)).toMatchObject({ outcome: "allowed", remaining: 3 });
      expect(await redis.pttl(key)).toBeGreaterThan(0);
    }
  });
});

describe("C: turns away too much", () => {
  it.each(algorithms)("lets denials consume nothing, in no policy (%s)", async (algorithm) => {
    await using limiter = await limiterOf([
      monthly(10, { algorithm, name: "small", by: "user" }),
      monthly(1_000, { algorithm, name: "shared", by: "tenant" }),
    ]);
    const abuser = { user: "mallory", tenant: "acme" };
    for (const [cost, remaining] of [
      [4, 6],
      [4, 2],
      [4, 2],
      [100, 2],
      [2, 0],
    ] as const) {
      expect((await limiter.decide(abuser, cost)).remaining).toBe(remaining);
    }
    await Promise.all(times(200, () => limiter.decide(abuser)));
    const { quotas } = await limiter.peek({ user: "alice", tenant: "acme" });
    expect(quotas.map(({ remaining }) => remaining)).toEqual([10, 990]);
  });

  it.each(algorithms)("lets in again who never stops asking (%s)", async (algorithm) => {
    await using limiter = await limiterOf([{ name: "p", limit: 3, windowMs: 150, algorithm }]);
    let allowed = 0;
    await until(
      async () => {
        if ((await limiter.decide("alice")).outcome === "allowed") allowed++;
        return allowed >= 12;
      },
      { everyMs: 1 },
    );
  });
});

describe("D: waits, crashes or replays when Redis is away", () => {
  it("settles every promise, within the deadline or by the close", async () => {
    const limiter = createLimiter({ redis: "redis://127.0.0.1:1", policies: [monthly(10)], deadlineMs: 50 });
    const asked = times(50, () => limiter.decide("alice"));
    const others = [limiter.peek("bob"), limiter.refund("bob"), limiter.reset("bob"), limiter.connected(10)];
    await limiter.close();
    expect(allowedIn(await Promise.all(asked))).toBe(10);
    await Promise.all(others);
    expect((await limiter.decide("alice")).outcome).toBe("denied");
  });
});

describe("E: keys and memory that stay", () => {
  it("leaves no key without an end, or with one beyond its horizon, whatever was asked", async () => {
    const windowMs = 700;
    const policies = algorithms.map((algorithm) => ({ name: algorithm, limit: 20, windowMs, algorithm }));
    await using limiter = await limiterOf(policies);
    await Promise.all(times(40, (i) => limiter.decide(`subject ${i % 5}`, 1 + (i % 7))));
    await Promise.all(times(5, (i) => limiter.refund(`subject ${i}`, 2)));
    await Promise.all(times(5, (i) => limiter.peek(`stranger ${i}`)));
    const keys = await redis.keys(`${limiter.prefix}:{*`);
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) {
      expect(await redis.pttl(key)).not.toBe(-1);
      expect(await redis.pttl(key)).toBeLessThanOrEqual(3 * windowMs + 1);
    }
    await until(async () => (await redis.keys(`${limiter.prefix}:{*`)).length === 0);
  });

  it("keeps policies and limiters apart, whatever their names and subjects", async () => {
    await using first = await limiterOf([monthly(5, { name: "a:b" }), monthly(5, { name: "a" })]);
    await using second = await limiterOf([monthly(5, { name: "a" })]);
    for (const subject of ["x", "x}:a", "{x}", "", "%"]) {
      expect((await first.decide(subject, 4)).outcome).toBe("allowed");
      expect((await second.decide(subject, 4)).outcome).toBe("allowed");
    }
  });
});

describe("F: waits that are not true", () => {
  it.each(algorithms)("names the time that is left, for ever if it is for ever (%s)", async (algorithm) => {
    await using limiter = await limiterOf([{ name: "p", limit: 4, windowMs: 400, algorithm }]);
    expect(await limiter.decide("alice", 5)).toMatchObject({
      outcome: "denied",
      remaining: 4,
      retryAfterMs: Number.POSITIVE_INFINITY,
    });
    await limiter.decide("alice", 4);
    const waits: number[] = [];
    await until(async () => {
      const { outcome, retryAfterMs } = await limiter.decide("alice", 4);
      if (outcome === "denied") waits.push(retryAfterMs);
      return outcome === "allowed";
    });
    expect(Math.min(...waits)).toBeGreaterThan(0);
    expect(waits).toEqual([...waits].sort((a, b) => b - a));
  });
});

describe("G: metrics that leave something out", () => {
  it("counts every decision once, whoever made it, in seconds", async () => {
    const own = await provideRedis({ system: "local", runFolder, onProgress() {} });
    await using stack = new AsyncDisposableStack();
    stack.use(own);
    const limiter = stack.use(await limiterOf([monthly(50)], { redis: own.url, deadlineMs: 100 }));
    const asked = await Promise.all(times(70, () => limiter.decide("alice")));
    process.kill(own.pid ?? 0, "SIGSTOP");
    asked.push(...(await Promise.all(times(20, () => limiter.decide("bob")))));
    asked.push(...(await Promise.all(times(60, () => limiter.decide("carol", 1, { shadow: true })))));
    process.kill(own.pid ?? 0, "SIGCONT");
    await until(async () => {
      const decision = await limiter.decide("dave", 1);
      asked.push(decision);
      return decision.source === "redis";
    });
    const text = await limiter.registry.metrics();
    const sum = (name: string) =>
      [...text.matchAll(new RegExp(`^${name}(?:{[^}]*})? ([0-9.]+)$`, "gm"))].reduce(
        (all, [, n]) => all + Number(n),
        0,
      );
    expect(sum("rate_limiter_decisions_total")).toBe(asked.length);
    expect(sum("rate_limiter_decision_duration_seconds_count")).toBe(asked.length);
    expect(sum("rate_limiter_throttled_total")).toBe(20);
    for (const source of ["redis", "local"]) {
      const counted = [...text.matchAll(new RegExp(`source="${source}"} ([0-9]+)$`, "gm"))];
      expect(counted.reduce((all, [, n]) => all + Number(n), 0)).toBe(
        asked.filter((decision) => decision.source === source).length,
      );
    }
  });
});

describe("H: a Redis that answers, but not as it should", () => {
  it("is left alone when it is out of memory, and asked again when it is not", async () => {
    const own = await provideRedis({ system: "local", runFolder, onProgress() {} });
    await using stack = new AsyncDisposableStack();
    stack.use(own);
    const admin = new Redis(own.url);
    stack.defer(() => admin.disconnect());
    const limiter = stack.use(await limiterOf([monthly(10)], { redis: own.url }));
    expect((await limiter.decide("alice", 4)).source).toBe("redis");
    await admin.config("SET", "maxmemory", "1");
    const asked = await Promise.all(times(20, () => limiter.decide("alice")));
    expect([allowedIn(asked), asked[0]?.source]).toEqual([6, "local"]);
    await admin.config("SET", "maxmemory", "0");
    await until(async () => (await limiter.decide("bob")).source === "redis");
    await until(async () => (await limiter.peek("alice", 1)).remaining === 0);
    expect(await limiter.registry.metrics()).toContain('redis_errors_total{reason="out-of-memory"}');
  });

  it("is left when it has become a replica, and found again when it is none", async () => {
    const own = await provideRedis({ system: "local", runFolder, onProgress() {} });
    await using stack = new AsyncDisposableStack();
    stack.use(own);
    const admin = new Redis(own.url);
    stack.defer(() => admin.disconnect());
    const limiter = stack.use(await limiterOf([monthly(10)], { redis: own.url }));
    expect((await limiter.decide("alice", 4)).source).toBe("redis");
    await admin.call("REPLICAOF", "127.0.0.1", "1");
    await until(async () => (await limiter.decide("bob")).source === "local");
    await admin.call("REPLICAOF", "NO", "ONE");
    await until(async () => (await limiter.decide("bob")).source === "redis");
  });

  it("lets nobody in by its errors: what it refuses to run is decided without it", async () => {
    const own = await provideRedis({ system: "local", runFolder, onProgress() {} });
    await using stack = new AsyncDisposableStack();
    stack.use(own);
    const admin = new Redis(own.url);
    stack.defer(() => admin.disconnect());
    const closed = monthly(10, { fallback: "closed" });
    const limiter = stack.use(await limiterOf([closed], { redis: own.url }));
    await admin.call("ACL", "SETUSER", "default", "-evalsha", "-eval");
    expect(await limiter.decide("alice")).toMatchObject({ outcome: "unavailable", source: "local" });
    await admin.call("ACL", "SETUSER", "default", "+evalsha", "+eval");
    await until(async () => (await limiter.decide("alice")).outcome === "allowed");
  });
});
