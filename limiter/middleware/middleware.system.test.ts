import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import { createLimiter } from "../limiter.ts";
import { FRAMEWORKS } from "./frameworks.ts";

const REQUESTS = 400;
const LIMIT = 50;

let redis: Redis;
beforeAll(() => {
  redis = new Redis(inject("redisUrl"));
});
afterAll(async () => {
  const left = await redis.keys("test-middleware-*");
  if (left.length > 0) await redis.del(left);
  await redis.quit();
});

describe("three frameworks before one Redis", () => {
  it("admit the limit together, and their counters say exactly what their clients saw", async () => {
    const prefix = `test-middleware-${randomUUID()}`;
    const policies = [{ name: "hourly", limit: LIMIT, windowMs: 3_600_000 }];
    await using stack = new AsyncDisposableStack();
    const replicas = await Promise.all(
      FRAMEWORKS.map(async ({ serve }) => {
        const limiter = createLimiter({ redis: inject("redisUrl"), policies, prefix, deadlineMs: 10_000 });
        stack.use(limiter);
        expect(await limiter.connected(5_000)).toBe(true);
        const app = stack.use(await serve(limiter, { key: () => "alice" }));
        return { limiter, app, seen: { 200: 0, 429: 0 } as Record<number, number> };
      }),
    );
    await Promise.all(
      Array.from({ length: REQUESTS }, async (_, i) => {
        const replica = replicas[i % replicas.length];
        if (replica === undefined) throw new Error("there are no replicas");
        const response = await fetch(replica.app.url);
        await response.arrayBuffer();
        replica.seen[response.status] = (replica.seen[response.status] ?? 0) + 1;
        if (response.status === 429)
          expect(Number(response.headers.get("Retry-After"))).toBeGreaterThan(3_500);
      }),
    );
    expect(replicas.reduce((sum, { seen }) => sum + (seen[200] ?? 0), 0)).toBe(LIMIT);
    for (const { limiter, app, seen } of replicas) {
      const text = await limiter.registry.metrics();
      const count = (series: string) => Number(text.split(`${series} `)[1]?.split("\n")[0]);
      const decisions = (outcome: string) =>
        count(`rate_limiter_decisions_total{policy="hourly",outcome="${outcome}",source="redis"}`);
      expect({ 200: decisions("allowed"), 429: decisions("denied") }).toEqual(seen);
      expect(count('rate_limiter_throttled_total{policy="hourly"}')).toBe(seen[429]);
      expect(app.runs()).toBe(seen[200]);
    }
  });
});
