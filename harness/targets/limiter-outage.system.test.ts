import { randomUUID } from "node:crypto";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { Redis } from "ioredis";
import { describe, expect, it, vi } from "vitest";
import type { Decision } from "../../limiter/decision.ts";
import { createLimiter, type Limiter } from "../../limiter/limiter.ts";
import { ownRedis } from "./fallback-story.ts";
import { limiterBehindWay } from "./limiter-behind-way.ts";
import { expectNoLostRejections } from "./no-lost-rejections.ts";

const DEADLINE_MS = 50;
const LIMIT = 100_000;

expectNoLostRejections();

const story = () =>
  limiterBehindWay({
    policies: [
      { name: "hourly", limit: LIMIT, windowMs: 3_600_000, algorithm: "fixed-window", fallback: "closed" },
    ],
    deadlineMs: DEADLINE_MS,
  });

interface Asked {
  readonly decisions: readonly Decision[];
  /** Beyond its deadline; the event loop's own delay is not the limiter's. */
  readonly worstLatenessMs: number;
}

/** Forty callers ask about one subject for `forMs`, as fast as they are answered but no faster than the clock ticks. */
async function ask(limiter: Limiter, forMs: number): Promise<Asked> {
  const decisions: Decision[] = [];
  let worstMs = 0;
  const loop = monitorEventLoopDelay({ resolution: 1 });
  loop.enable();
  const untilMs = performance.now() + forMs;
  const caller = async (): Promise<void> => {
    while (performance.now() < untilMs) {
      const startedMs = performance.now();
      decisions.push(await limiter.decide("alice"));
      worstMs = Math.max(worstMs, performance.now() - startedMs);
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
  };
  await Promise.all(Array.from({ length: 40 }, caller));
  loop.disable();
  return { decisions, worstLatenessMs: worstMs - DEADLINE_MS - 2 * (loop.max / 1e6) };
}

const allowedIn = (...asked: readonly Asked[]) =>
  asked.flatMap(({ decisions }) => decisions).filter(({ outcome }) => outcome === "allowed").length;
const unavailableIn = ({ decisions }: Asked) =>
  decisions.filter(({ outcome }) => outcome === "unavailable").length;

/** What Redis has charged, once nothing is under way any more. */
async function charged(limiter: Limiter): Promise<number> {
  expect(await limiter.connected(5_000)).toBe(true);
  // Cut calls are asked for after a reconnect, and again until none is left that could still be executed.
  await new Promise((resolve) => setTimeout(resolve, 400));
  const { outcome, remaining } = await limiter.peek("alice");
  expect(outcome).toBe("allowed");
  return LIMIT - remaining;
}

describe("a limiter that is closed when its Redis fails", () => {
  it("counts exactly when Redis was frozen: what it finds in its sockets later is charged to nobody", async () => {
    await using scene = await story();
    const { redis, limiter } = scene;
    const before = await ask(limiter, 200);
    process.kill(redis.pid ?? 0, "SIGSTOP");
    const during = await ask(limiter, 700);
    process.kill(redis.pid ?? 0, "SIGCONT");
    const after = await ask(limiter, 700);
    expect(unavailableIn(during)).toBeGreaterThan(0);
    expect(allowedIn(after)).toBeGreaterThan(0);
    for (const { worstLatenessMs } of [before, during, after]) expect(worstLatenessMs).toBeLessThan(10);
    expect(await charged(limiter)).toBe(allowedIn(before, during, after));
    expect(await limiter.registry.metrics()).toContain('rate_limiter_breaker_state{state="closed"} 1\n');
  });

  it("shows an open breaker while every connection is refused", async () => {
    await using scene = await story();
    const { redis, limiter } = scene;
    const shown = async (state: string) =>
      (await limiter.registry.metrics()).includes(`rate_limiter_breaker_state{state="${state}"} 1\n`);
    await limiter.decide("alice");
    expect(await shown("closed")).toBe(true);
    process.kill(redis.pid ?? 0, "SIGKILL");
    await vi.waitUntil(() => shown("open"), { timeout: 5_000 });
    for (let i = 0; i < 10; i++)
      expect(await limiter.decide("alice")).toMatchObject({ outcome: "unavailable" });
    expect(await shown("open")).toBe(true);
  });

  it("gives back what was charged when only the replies were lost, and the connection with them", async () => {
    await using scene = await story();
    const { road, limiter } = scene;
    const before = await ask(limiter, 150);
    road.set("down", "lose");
    const during = await ask(limiter, 100);
    road.cut();
    road.set("down", "pass");
    const after = await ask(limiter, 600);
    expect(unavailableIn(during)).toBeGreaterThan(0);
    expect(allowedIn(after)).toBeGreaterThan(0);
    expect(await charged(limiter)).toBe(allowedIn(before, during, after));
  });

  it("gives back what was charged in time when the reply comes late", async () => {
    await using scene = await story();
    const { road, limiter } = scene;
    road.set("down", "hold");
    const during = await ask(limiter, 100);
    road.set("down", "pass");
    const after = await ask(limiter, 600);
    expect(unavailableIn(during)).toBeGreaterThan(0);
    expect(await charged(limiter)).toBe(allowedIn(during, after));
  });

  it("gives back once, when Redis is back, what it was asked to give back while it was away", async () => {
    await using scene = await story();
    const { road, limiter } = scene;
    for (const subject of ["alice", "bob", "cyd"]) await limiter.decide(subject, 10);
    road.set("down", "lose");
    // Redis does this, and nobody hears of it.
    expect(await limiter.refund("alice", 3, { ageMs: 60_000 })).toBe(false);
    road.cut();
    road.set("up", "lose");
    expect(await limiter.refund("alice", 4, { ageMs: 60_000 })).toBe(false);
    expect(await limiter.refund("bob", 4, { ageMs: 60_000 })).toBe(false);
    // Nobody knows how long this counts.
    expect(await limiter.refund("cyd", 4)).toBe(false);
    road.cut();
    for (const direction of ["up", "down"] as const) road.set(direction, "pass");
    expect(await charged(limiter)).toBe(3);
    expect([(await limiter.peek("bob")).remaining, (await limiter.peek("cyd")).remaining]).toEqual([
      LIMIT - 6,
      LIMIT - 10,
    ]);
  });

  it("charges nothing for calls that reach Redis after their deadline", async () => {
    await using scene = await story();
    const { road, limiter } = scene;
    road.set("up", "hold");
    const during = await ask(limiter, 300);
    expect(allowedIn(during)).toBe(0);
    road.set("up", "pass");
    expect(await charged(limiter)).toBe(0);
  });

  it("counts exactly through one cut after another", async () => {
    await using scene = await story();
    const { road, limiter } = scene;
    const asking = ask(limiter, 1_500);
    const cuts = setInterval(road.cut, 60);
    const asked = await asking;
    clearInterval(cuts);
    expect(unavailableIn(asked)).toBeGreaterThan(0);
    expect(await charged(limiter)).toBe(allowedIn(asked));
  });

  it("counts exactly while its scripts are flushed again and again", async () => {
    await using scene = await story();
    const { redis, limiter } = scene;
    const other = new Redis(redis.url);
    const flushes = setInterval(() => void other.script("FLUSH"), 5);
    const asked = await ask(limiter, 500);
    clearInterval(flushes);
    other.disconnect();
    // A machine may be too busy for a call or two; none of them is charged for that.
    expect(allowedIn(asked)).toBeGreaterThan(0);
    expect(await charged(limiter)).toBe(allowedIn(asked));
  });

  it("goes on with the Redis that comes after one that was killed, and fails fast in between", async () => {
    await using scene = await story();
    const { redis, road, limiter } = scene;
    const lost = await ask(limiter, 150);
    expect(allowedIn(lost)).toBeGreaterThan(0);
    process.kill(redis.pid ?? 0, "SIGKILL");
    const during = await ask(limiter, 300);
    expect(unavailableIn(during)).toBeGreaterThan(0);
    await using next = await ownRedis();
    road.leadTo(next);
    expect(await limiter.connected(5_000)).toBe(true);
    const after = await ask(limiter, 300);
    expect(allowedIn(after)).toBeGreaterThan(0);
    expect(during.worstLatenessMs).toBeLessThan(10);
    const counted = await charged(limiter);
    expect(counted).toBe(allowedIn(after));
  });

  it("fails only the decision on a key of another type, in a batch of many", async () => {
    await using scene = await story();
    const { redis } = scene;
    const prefix = randomUUID();
    await using limiter = createLimiter({
      redis: redis.url,
      prefix,
      deadlineMs: 5_000,
      policies: [
        { name: "user", by: "user", limit: 50, windowMs: 3_600_000 },
        { name: "tenant", by: "tenant", limit: 1_000, windowMs: 3_600_000, algorithm: "gcra" },
      ],
    });
    expect(await limiter.connected(5_000)).toBe(true);
    const client = new Redis(redis.url);
    await client.sadd(`${prefix}:{broken}:tenant:gcra`, "a set");
    const decisions = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        limiter.decide({ user: "alice", tenant: i % 3 === 1 ? "broken" : "fine" }),
      ),
    );
    client.disconnect();
    const outcomes = decisions.map(({ outcome }) => outcome);
    expect(outcomes).toEqual(outcomes.map((_, i) => (i % 3 === 1 ? "unavailable" : "allowed")));
    const { quotas } = await limiter.peek({ user: "alice", tenant: "fine" });
    expect(quotas.map(({ remaining }) => remaining)).toEqual([30, 980]);
  });
});
