import { Redis } from "ioredis";
import { describe, expect, it } from "vitest";
import type { Decision } from "../../limiter/decision.ts";
import { createLimiter, type Limiter } from "../../limiter/limiter.ts";
import type { AlgorithmName, LimiterPolicy } from "../../limiter/limiter-options.ts";
import { until } from "../system/until.ts";
import {
  allowedIn,
  askAll,
  counted,
  LIMIT,
  lost,
  MONTH_MS,
  ownRedis,
  REPLICAS,
  recovered,
  sourcesOf,
  story,
} from "./fallback-story.ts";
import { expectNoLostRejections } from "./no-lost-rejections.ts";
import { redisWay } from "./redis-way.ts";

expectNoLostRejections();

/** Spends 20 of `subject` through each replica; all of them know what then remains. */
async function warm(replicas: readonly Limiter[], subject: string): Promise<void> {
  expect(allowedIn(await askAll(replicas, subject, 20))).toBe(20 * REPLICAS);
  for (const replica of replicas) expect((await replica.peek(subject)).remaining).toBe(LIMIT - 20 * REPLICAS);
}

const ALGORITHMS: readonly AlgorithmName[] = ["sliding-log", "sliding-counter", "gcra", "fixed-window"];

describe.each(ALGORITHMS)("three replicas whose Redis fails (%s)", (algorithm) => {
  it("admit what remained when it is frozen, and it then knows of every one, once", async () => {
    await using scene = await story({ algorithm });
    const { redis, replicas, options } = scene;
    for (const subject of ["spent", "half"]) await warm(replicas, subject);
    process.kill(redis.pid ?? 0, "SIGSTOP");
    await lost(replicas);
    const outage = await askAll(replicas, "spent", LIMIT);
    expect(allowedIn(outage)).toBe(LIMIT - 20 * REPLICAS);
    expect(sourcesOf(outage)).toEqual(["local"]);
    expect(allowedIn(await askAll(replicas, "half", 30))).toBe(30 * REPLICAS);
    process.kill(redis.pid ?? 0, "SIGCONT");
    // Also while they recover.
    const recovery: Decision[] = [];
    const asking = setInterval(
      () => void askAll(replicas, "spent", 5).then((asked) => recovery.push(...asked)),
      5,
    );
    await recovered(replicas);
    clearInterval(asking);
    expect(recovery.length).toBeGreaterThan(0);
    expect(allowedIn(recovery)).toBe(0);
    expect(await counted(redis.url, options, "half")).toBe(50 * REPLICAS);
    expect(await counted(redis.url, options, "spent")).toBe(LIMIT);
    for (const replica of replicas) {
      const more = await replica.decide("half", LIMIT - 50 * REPLICAS + 1);
      expect(more).toMatchObject({ outcome: "denied", source: "redis", remaining: LIMIT - 50 * REPLICAS });
    }
  });

  it("write back what they had admitted when it is killed and another comes, empty", async () => {
    await using scene = await story({ algorithm });
    const { redis, ways, replicas, options } = scene;
    for (const subject of ["spent", "half", "before"]) await warm(replicas, subject);
    process.kill(redis.pid ?? 0, "SIGKILL");
    await lost(replicas);
    expect(allowedIn(await askAll(replicas, "spent", LIMIT))).toBe(LIMIT - 20 * REPLICAS);
    expect(allowedIn(await askAll(replicas, "half", 30))).toBe(30 * REPLICAS);
    await using next = await ownRedis();
    for (const way of ways) way.leadTo(next);
    await recovered(replicas);
    expect(await counted(next.url, options, "spent")).toBe(LIMIT);
    expect(await counted(next.url, options, "half")).toBe(50 * REPLICAS);
    expect(await counted(next.url, options, "before")).toBe(20 * REPLICAS);
    expect(allowedIn(await askAll(replicas, "spent", 10))).toBe(0);
  });

  it("write back what they had admitted when its data is gone and the connections are not", async () => {
    await using scene = await story({ algorithm });
    const { redis, replicas, options } = scene;
    await warm(replicas, "before");
    const other = new Redis(redis.url);
    await other.flushall();
    other.disconnect();
    // The first batch after tells each replica; what it decides is counted once.
    for (const replica of replicas) expect((await replica.decide("before")).outcome).toBe("allowed");
    await recovered(replicas);
    expect(await counted(redis.url, options, "before")).toBe(21 * REPLICAS);
  });

  it("add a share to the limit when only one of them is cut off, and Redis counts it when it is back", async () => {
    await using scene = await story({ algorithm });
    const { redis, ways, replicas, options } = scene;
    const [alone, ...others] = replicas;
    if (alone === undefined) return;
    ways[0]?.set("up", "hold");
    ways[0]?.cut();
    await lost([alone]);
    expect(allowedIn(await askAll(others, "alice", LIMIT / 2 + 10))).toBe(LIMIT);
    expect(allowedIn(await askAll([alone], "alice", LIMIT))).toBe(LIMIT / REPLICAS);
    ways[0]?.set("up", "pass");
    await recovered([alone]);
    expect(allowedIn(await askAll(replicas, "alice", 20))).toBe(0);
    // A bucket has no debt beyond its size.
    const all = algorithm === "gcra" ? 10 * LIMIT : LIMIT + LIMIT / REPLICAS;
    expect(await counted(redis.url, options, "alice")).toBeLessThanOrEqual(all);
    if (algorithm !== "gcra") expect(await counted(redis.url, options, "alice")).toBe(all);
  });
});

describe("a decision that is made without Redis, which then turns out to have charged it", () => {
  it("is charged once if it was let in: the reply comes late", async () => {
    await using scene = await story();
    const { redis, ways, replicas, options } = scene;
    const [first] = replicas;
    ways[0]?.set("down", "hold");
    const decisions = await askAll(replicas.slice(0, 1), "alice", 40);
    expect(sourcesOf(decisions)).toEqual(["local"]);
    expect(allowedIn(decisions)).toBe(40);
    // Denied here, since it is more than a share; charged there.
    const [denied] = await Promise.all([first?.decide("alice", 150)]);
    expect(denied).toMatchObject({ outcome: "denied", source: "local" });
    ways[0]?.set("down", "pass");
    await recovered(replicas.slice(0, 1));
    expect(await counted(redis.url, options, "alice")).toBe(40);
  });

  it("is charged once if it was let in, and given back if it was not: the connection is cut", async () => {
    await using scene = await story();
    const { redis, ways, replicas, options } = scene;
    const [first] = replicas;
    ways[0]?.set("down", "lose");
    const asked = await Promise.all([
      ...Array.from({ length: 40 }, () => first?.decide("alice")),
      first?.decide("bob", 150),
    ]);
    expect(asked.map((decision) => decision?.outcome)).toEqual([...Array(40).fill("allowed"), "denied"]);
    expect(await counted(redis.url, options, "alice")).toBe(40);
    expect(await counted(redis.url, options, "bob")).toBe(150);
    ways[0]?.cut();
    ways[0]?.set("down", "pass");
    await recovered(replicas.slice(0, 1));
    expect(await counted(redis.url, options, "alice")).toBe(40);
    expect(await counted(redis.url, options, "bob")).toBe(0);
  });

  it("is charged once through one cut after another", async () => {
    await using scene = await story({ policy: { limit: 30_000 } });
    const { redis, ways, replicas, options } = scene;
    let allowed = 0;
    for (let round = 0; round < 12; round++) {
      const asking = askAll(replicas, "alice", 30);
      for (const way of ways) way.cut();
      allowed += allowedIn(await asking);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await recovered(replicas, 30_000);
    expect(allowed).toBeGreaterThan(0);
    const policies = options.policies;
    await until(async () => (await remainingOf(redis.url, policies, "alice")) === 30_000 - allowed);
  });
});

async function remainingOf(
  url: string,
  policies: readonly LimiterPolicy[],
  subject: string,
): Promise<number> {
  await using limiter = createLimiter({ redis: url, policies, deadlineMs: 5_000 });
  expect(await limiter.connected(5_000)).toBe(true);
  return (await limiter.peek(subject)).remaining;
}

describe("a hot key that all replicas serve", () => {
  it("stays within 1.05 of its limit through outage and recovery, asked all the time", async () => {
    const limit = 3_000;
    await using scene = await story({ policy: { limit } });
    const { redis, replicas, options } = scene;
    let allowed = 0;
    let isOver = false;
    const caller = async (replica: Limiter): Promise<void> => {
      while (!isOver) {
        if ((await replica.decide("hot")).outcome === "allowed") allowed++;
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    };
    const callers = replicas.flatMap((replica) => [caller(replica), caller(replica)]);
    await until(() => allowed > limit / 3);
    const atOutage = allowed;
    process.kill(redis.pid ?? 0, "SIGSTOP");
    await lost(replicas);
    process.kill(redis.pid ?? 0, "SIGCONT");
    await recovered(replicas, limit);
    for (const replica of replicas) {
      await until(async () => (await replica.peek("hot")).outcome === "denied");
    }
    isOver = true;
    await Promise.all(callers);
    expect(allowed).toBeGreaterThan(atOutage);
    expect(allowed).toBeGreaterThanOrEqual(limit);
    expect(allowed).toBeLessThanOrEqual(1.05 * limit);
    expect(await remainingOf(redis.url, options.policies, "hot")).toBe(0);
  });
});

describe("a limiter without Redis", () => {
  it("starts with what it may admit of keys that it does not know, and tells Redis when there is one", async () => {
    await using first = await ownRedis();
    await using way = await redisWay(first);
    process.kill(first.pid ?? 0, "SIGKILL");
    const policies = [{ name: "p", limit: LIMIT, windowMs: MONTH_MS }];
    await using limiter = createLimiter({ redis: way.url, policies, replica: { index: 2, count: REPLICAS } });
    const decisions = await askAll([limiter], "alice", LIMIT);
    expect([allowedIn(decisions), sourcesOf(decisions)]).toEqual([LIMIT / REPLICAS, ["local"]]);
    await using next = await ownRedis();
    way.leadTo(next);
    await recovered([limiter]);
    expect(await remainingOf(next.url, policies, "alice")).toBe(LIMIT - LIMIT / REPLICAS);
    expect(await limiter.registry.metrics()).toContain('rate_limiter_breaker_state{state="closed"} 1\n');
  });

  it("keeps its memory in a flood of keys, and no more than a share for all that find no place", async () => {
    await using scene = await story({ maxKeys: 50 });
    const { redis, replicas, options } = scene;
    const [replica] = replicas;
    process.kill(redis.pid ?? 0, "SIGSTOP");
    await lost(replicas.slice(0, 1));
    const flood = await Promise.all(Array.from({ length: 5_000 }, (_, i) => replica?.decide(`flood ${i}`)));
    expect(flood.filter((decision) => decision?.outcome === "allowed")).toHaveLength(50 + LIMIT / REPLICAS);
    const text = await replica?.registry.metrics();
    expect(text).toContain('rate_limiter_fallback_keys{policy="p"} 50\n');
    process.kill(redis.pid ?? 0, "SIGCONT");
    await recovered(replicas.slice(0, 1));
    const last = flood.findLastIndex((decision) => decision?.outcome === "allowed");
    expect(await counted(redis.url, options, `flood ${last}`)).toBe(1);
    expect(await counted(redis.url, options, "flood 0")).toBe(1);
  });

  it("charges all policies or none, and is as strict as the strictest of them", async () => {
    const policy = { windowMs: MONTH_MS, limit: 9 } as const;
    const of = (...policies: LimiterPolicy[]) => createLimiter({ redis: "redis://127.0.0.1:1", policies });
    await using both = of(
      { ...policy, name: "user", by: "user", limit: 4 },
      { ...policy, name: "tenant", by: "tenant", algorithm: "gcra" },
      { ...policy, name: "global", by: "global", fallback: "open" },
    );
    const who = (user: string) => ({ user, tenant: "acme", global: "" });
    const ann = await Promise.all(Array.from({ length: 6 }, () => both.decide(who("ann"))));
    expect(allowedIn(ann)).toBe(4);
    expect(ann.at(-1)).toMatchObject({ outcome: "denied", policy: "user", source: "local" });
    const { quotas } = await both.peek(who("ben"));
    expect(quotas.map((quota) => [quota.policy, quota.remaining])).toEqual([
      ["user", 4],
      ["tenant", 5],
    ]);
    await using strict = of({ ...policy, name: "a" }, { ...policy, name: "b", fallback: "closed" });
    expect(await strict.decide("ann")).toMatchObject({ outcome: "unavailable", policy: "b" });
    await using lenient = of({ ...policy, name: "a", fallback: "open" });
    expect(await lenient.decide("ann")).toMatchObject({ outcome: "allowed", policy: "a" });
  });

  it("keeps limits of requests' own, for as many plans as it has room for", async () => {
    const policies = [{ name: "p", limit: 10, windowMs: MONTH_MS }];
    await using limiter = createLimiter({
      redis: "redis://127.0.0.1:1",
      policies,
      replica: { index: 0, count: 2 },
    });
    const plan = (limit: number) => ({ limits: { p: { limit } } });
    const asked = await Promise.all(Array.from({ length: 50 }, () => limiter.decide("pro", 1, plan(40))));
    expect(allowedIn(asked)).toBe(20);
    for (let limit = 100; limit < 119; limit++) {
      expect((await limiter.decide("many", 1, plan(limit))).outcome).toBe("allowed");
    }
    expect((await limiter.decide("many", 1, plan(200))).outcome).toBe("unavailable");
    expect((await limiter.decide("many")).outcome).toBe("allowed");
  });

  it("can be closed at any time, and decides on alone", async () => {
    await using scene = await story();
    const { redis, replicas } = scene;
    process.kill(redis.pid ?? 0, "SIGSTOP");
    const asking = askAll(replicas, "alice", 10);
    for (const replica of replicas) await replica.close();
    expect(allowedIn(await asking)).toBe(10 * REPLICAS);
    expect(sourcesOf(await askAll(replicas, "alice", 1))).toEqual(["local"]);
    process.kill(redis.pid ?? 0, "SIGCONT");
  });
});
