import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { Redis } from "ioredis";
import { Registry } from "prom-client";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import type { Decision } from "./decision.ts";
import { createLimiter } from "./limiter.ts";
import type { LimiterOptions } from "./limiter-options.ts";

const hourly = { name: "hourly", limit: 50, windowMs: 3_600_000 };
const closed = { ...hourly, fallback: "closed" } as const;

let redis: Redis;
beforeAll(() => {
  redis = new Redis(inject("redisUrl"));
});
afterAll(async () => {
  const left = await redis.keys("test-limiter-*");
  if (left.length > 0) await redis.del(left);
  await redis.quit();
});

async function connectedLimiter(options: Partial<LimiterOptions> = {}) {
  const prefix = `test-limiter-${randomUUID()}`;
  const limiter = createLimiter({
    redis: inject("redisUrl"),
    policies: [hourly],
    prefix,
    // The tests of exactness do not judge how fast this machine is.
    deadlineMs: 5_000,
    ...options,
  });
  expect(await limiter.connected(5_000)).toBe(true);
  return Object.assign(limiter, { prefix });
}

const allowedIn = (decisions: readonly Decision[]) =>
  decisions.filter(({ outcome }) => outcome === "allowed").length;
const times = <T>(count: number, make: (index: number) => T): T[] =>
  Array.from({ length: count }, (_, i) => make(i));

describe("createLimiter", () => {
  for (const algorithm of ["sliding-log", "gcra"] as const) {
    it(`admits exactly the limit to parallel requests through three limiters (${algorithm})`, async () => {
      await using first = await connectedLimiter({ algorithm });
      await using second = await connectedLimiter({ algorithm, prefix: first.prefix });
      await using third = await connectedLimiter({ algorithm, prefix: first.prefix });
      const limiters = [first, second, third];
      const decisions = await Promise.all(times(300, (i) => limiters[i % 3]?.decide("alice")));
      expect(allowedIn(decisions.filter((decision) => decision !== undefined))).toBe(50);
      expect(await redis.keys(`${first.prefix}:{*`)).toEqual([`${first.prefix}:{alice}:hourly:${algorithm}`]);
    });

    it(`denies for ever what costs more than the limit, and writes nothing (${algorithm})`, async () => {
      await using limiter = await connectedLimiter({ algorithm });
      expect(await limiter.decide("alice", 51)).toMatchObject({
        outcome: "denied",
        retryAfterMs: Number.POSITIVE_INFINITY,
        remaining: 50,
      });
      expect(await redis.keys(`${limiter.prefix}:{*`)).toEqual([]);
      expect(await limiter.decide("alice", 50)).toMatchObject({ outcome: "allowed", remaining: 0 });
    });

    it(`changes nothing when it denies (${algorithm})`, async () => {
      await using limiter = await connectedLimiter({ algorithm });
      await limiter.decide("alice", 48);
      const key = `${limiter.prefix}:{alice}:hourly:${algorithm}`;
      const [before, ttlMs] = [await redis.dumpBuffer(key), await redis.pttl(key)];
      for (const cost of [3, 50, 51]) expect((await limiter.decide("alice", cost)).outcome).toBe("denied");
      expect(await redis.dumpBuffer(key)).toEqual(before);
      expect(await redis.pttl(key)).toBeLessThanOrEqual(ttlMs);
    });

    it(`admits again after the wait that it names (${algorithm})`, async () => {
      const quick = { name: "quick", limit: 2, windowMs: 250 };
      await using limiter = await connectedLimiter({ algorithm, policies: [quick] });
      await limiter.decide("alice", 2);
      const denied = await limiter.decide("alice");
      expect(denied.retryAfterMs).toBeGreaterThan(0);
      await new Promise((resolve) => setTimeout(resolve, denied.retryAfterMs + 1));
      expect((await limiter.decide("alice")).outcome).toBe("allowed");
    });
  }

  it("charges all policies or none, and names the one that denies", async () => {
    const tight = { name: "tight", limit: 3, windowMs: 60_000, algorithm: "gcra" } as const;
    await using limiter = await connectedLimiter({ policies: [hourly, tight] });
    expect(await limiter.decide("alice", 2)).toMatchObject({
      outcome: "allowed",
      policy: "tight",
      remaining: 1,
    });
    const denied = await limiter.decide("alice", 2);
    expect(denied).toMatchObject({ outcome: "denied", policy: "tight", remaining: 1 });
    expect(denied.quotas.map(({ policy, remaining }) => [policy, remaining])).toEqual([
      ["hourly", 48],
      ["tight", 1],
    ]);
    expect(await limiter.decide("alice", 51)).toMatchObject({
      policy: "hourly",
      retryAfterMs: Number.POSITIVE_INFINITY,
    });
    expect((await limiter.decide("alice", 1)).quotas.map(({ remaining }) => remaining)).toEqual([47, 0]);
  });

  it("counts exactly when Redis forgets the script in between", async () => {
    await using limiter = await connectedLimiter();
    const decisions: Decision[] = [];
    for (let round = 0; round < 4; round++) {
      await redis.script("FLUSH");
      decisions.push(...(await Promise.all(times(20, () => limiter.decide("alice")))));
    }
    expect(allowedIn(decisions)).toBe(50);
    expect(decisions.filter(({ outcome }) => outcome === "unavailable")).toEqual([]);
  });

  it("counts in its metrics what it decided, and a broken key as an error of Redis", async () => {
    const registry = new Registry();
    await using limiter = await connectedLimiter({ registry });
    await redis.sadd(`${limiter.prefix}:{broken}:hourly:sliding-log`, "a set");
    await Promise.all(times(70, () => limiter.decide("alice")));
    expect(await limiter.decide("broken")).toMatchObject({ outcome: "unavailable", source: "local" });
    const text = await registry.metrics();
    expect(text).toContain(
      'rate_limiter_decisions_total{policy="hourly",outcome="allowed",source="redis"} 50\n',
    );
    expect(text).toContain(
      'rate_limiter_decisions_total{policy="hourly",outcome="denied",source="redis"} 20\n',
    );
    expect(text).toContain(
      'rate_limiter_decisions_total{policy="hourly",outcome="unavailable",source="local"} 1\n',
    );
    expect(text).toContain('rate_limiter_throttled_total{policy="hourly"} 20\n');
    expect(text).toContain('rate_limiter_redis_errors_total{reason="error"} 1\n');
    expect(text).toContain("rate_limiter_decision_duration_seconds_count 71\n");
    expect(text).not.toContain("alice");
  });

  it("lets two limiters share a registry", async () => {
    const registry = new Registry();
    await using first = await connectedLimiter({ registry });
    await using second = await connectedLimiter({ registry });
    await Promise.all([first.decide("alice"), second.decide("alice")]);
    expect(await registry.metrics()).toContain('outcome="allowed",source="redis"} 2\n');
  });

  it("refuses a cost that is no whole number of at least 1", async () => {
    await using limiter = await connectedLimiter();
    for (const cost of [0, -1, 1.5, Number.NaN])
      await expect(limiter.decide("alice", cost)).rejects.toThrow(RangeError);
  });

  it("takes a client, and leaves it alone", async () => {
    await using limiter = await connectedLimiter({ redis });
    expect((await limiter.decide("alice")).outcome).toBe("allowed");
    await limiter.close();
    expect(await redis.ping()).toBe("PONG");
    expect(await limiter.decide("alice")).toMatchObject({ outcome: "allowed", source: "local" });
  });

  it("reads numbers as numbers, also with a client that reads them as strings", async () => {
    const client = redis.duplicate({ stringNumbers: true, lazyConnect: true });
    await using limiter = await connectedLimiter({ redis: client });
    const sources = await Promise.all([limiter.decide("alice", 2), limiter.decide("bob")]);
    expect(sources.map(({ source, remaining }) => [source, remaining])).toEqual([
      ["redis", 48],
      ["redis", 49],
    ]);
    expect(await limiter.decide("alice", 49)).toMatchObject({ outcome: "denied", source: "redis" });
    expect(await limiter.peek("alice")).toMatchObject({ remaining: 48 });
  });

  it("takes a client that was never connected, and writes its prefix before every key", async () => {
    const keyPrefix = `test-${randomUUID()}:`;
    const client = redis.duplicate({ keyPrefix, lazyConnect: true });
    await using limiter = await connectedLimiter({ redis: client });
    await redis.script("FLUSH");
    await Promise.all([limiter.decide("alice"), limiter.decide("bob", 2)]);
    expect((await limiter.decide("alice")).source).toBe("redis");
    expect(client.status).toBe("wait");
    const keys = await redis.keys(`${keyPrefix}*`);
    await redis.del(keys);
    // Two subjects, what is kept of this limiter, and since when there is data.
    expect(keys).toHaveLength(4);
  });
});

/** A way to Redis that a test can close and open: `pass`, `swallow` (nothing comes through), or `refuse`. */
async function gate(): Promise<
  { url: string; connections(): number; set(to: "pass" | "swallow" | "refuse"): void } & AsyncDisposable
> {
  const target = new URL(inject("redisUrl"));
  const sockets = new Set<Socket>();
  let state: "pass" | "swallow" | "refuse" = "pass";
  let connections = 0;
  const server: Server = createServer((near) => {
    connections++;
    if (state === "refuse") return near.destroy();
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {}).on("close", () => [near, far].map((end) => end.destroy()));
    }
    near.on("data", (bytes) => state === "pass" && far.write(bytes));
    far.on("data", (bytes) => state === "pass" && near.write(bytes));
    return undefined;
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    set(to) {
      state = to;
      if (to === "refuse") for (const socket of sockets) socket.destroy();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** Asks until the limiter answers again. */
async function recovered(decide: () => Promise<Decision>): Promise<Decision> {
  for (;;) {
    const decision = await decide();
    if (decision.outcome !== "unavailable") return decision;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe("createLimiter when Redis fails", () => {
  it("starts without Redis, and answers `unavailable` at once if it is closed", async () => {
    await using limiter = createLimiter({ redis: "redis://127.0.0.1:1", policies: [closed] });
    const decisions = await Promise.all(times(40, () => limiter.decide("alice")));
    decisions.push(await limiter.decide("alice"));
    expect(new Set(decisions.map(({ outcome }) => outcome))).toEqual(new Set(["unavailable"]));
    expect(await limiter.connected(50)).toBe(false);
    const metrics = await limiter.registry.metrics();
    expect(metrics).toContain('rate_limiter_redis_errors_total{reason="disconnected"} 40\n');
    expect(metrics).toContain('rate_limiter_redis_errors_total{reason="not-asked"} 1\n');
  });

  it("lets in without Redis only if every policy is open, and says who decided", async () => {
    const open = { ...hourly, fallback: "open" } as const;
    const login = { name: "login", limit: 5, windowMs: 60_000, fallback: "closed" } as const;
    await using lenient = createLimiter({ redis: "redis://127.0.0.1:1", policies: [open] });
    await using strict = createLimiter({ redis: "redis://127.0.0.1:1", policies: [open, login] });
    expect(await lenient.decide("alice")).toMatchObject({ outcome: "allowed", source: "local" });
    expect(await strict.decide("alice")).toMatchObject({ outcome: "unavailable", source: "local" });
    expect(await lenient.refund("alice")).toBe(false);
    expect((await lenient.peek("alice")).outcome).toBe("allowed");
  });

  it("starts without Redis, and decides by this process's share of the limit", async () => {
    await using limiter = createLimiter({
      redis: "redis://127.0.0.1:1",
      policies: [hourly],
      replica: { index: 1, count: 4 },
    });
    const decisions = await Promise.all(times(40, () => limiter.decide("alice")));
    expect(allowedIn(decisions)).toBe(13);
    expect(new Set(decisions.map(({ source }) => source))).toEqual(new Set(["local"]));
    expect(await limiter.peek("alice", 13)).toMatchObject({ outcome: "denied", remaining: 0 });
    expect(await limiter.refund("alice", 3)).toBe(true);
    expect(await limiter.peek("alice", 3)).toMatchObject({ outcome: "allowed", remaining: 3 });
    // So long ago it may have been Redis that charged it.
    expect(await limiter.refund("alice", 1, { ageMs: 3_600_000 })).toBe(false);
    expect((await limiter.peek("alice")).remaining).toBe(3);
    expect(await limiter.reset("alice")).toBe(false);
    expect(await limiter.registry.metrics()).toContain('rate_limiter_fallback_keys{policy="hourly"} 1\n');
  });

  it("connects to a Redis that comes up later", async () => {
    await using way = await gate();
    way.set("refuse");
    await using limiter = createLimiter({
      redis: way.url,
      policies: [hourly],
      prefix: `test-limiter-${randomUUID()}`,
    });
    const connected = limiter.connected(5_000);
    setTimeout(() => way.set("pass"), 150);
    expect(await connected).toBe(true);
  });

  it("answers within the deadline when Redis is silent, and decides again once it speaks", async () => {
    await using way = await gate();
    await using limiter = await connectedLimiter({ policies: [closed], redis: way.url, deadlineMs: 50 });
    way.set("swallow");
    const decisions = await Promise.all(times(20, () => limiter.decide("alice")));
    expect(decisions.every(({ outcome }) => outcome === "unavailable")).toBe(true);
    // Silence is never broken on this connection, nor on the next: each is given up, and another opened.
    await vi.waitUntil(() => way.connections() > 2, { timeout: 20_000 });
    expect((await limiter.decide("alice")).outcome).toBe("unavailable");
    way.set("pass");
    expect(await recovered(() => limiter.decide("alice"))).toMatchObject({
      outcome: "allowed",
      remaining: 49,
    });
  });

  it("settles what is in flight when the connection breaks, and sends nothing twice", async () => {
    await using way = await gate();
    await using limiter = await connectedLimiter({ policies: [closed], redis: way.url });
    await limiter.decide("alice");
    way.set("swallow");
    const inFlight = times(20, () => limiter.decide("alice"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    way.set("refuse");
    const decisions = await Promise.all(inFlight);
    expect(decisions.every(({ outcome }) => outcome === "unavailable")).toBe(true);
    way.set("pass");
    expect(await recovered(() => limiter.decide("alice"))).toMatchObject({
      outcome: "allowed",
      remaining: 48,
    });
  });
});
