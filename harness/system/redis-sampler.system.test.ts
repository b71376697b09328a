import { Redis } from "ioredis";
import { expect, inject, it } from "vitest";
import { startRedisSampler } from "./redis-sampler.ts";

it("counts the scripts that a Redis ran, between readings on the one clock", async () => {
  const redis = new Redis(inject("redisUrl"));
  await using sampler = await startRedisSampler(inject("redisUrl"), 5);
  const before = sampler.samples.at(-1);
  for (let i = 0; i < 7; i++) await redis.eval("return 1", 0);
  await expect(redis.eval("return redis.call('NO')", 0)).rejects.toThrow();
  await expect
    .poll(() => (sampler.samples.at(-1)?.scriptCalls ?? 0) - (before?.scriptCalls ?? 0))
    .toBeGreaterThanOrEqual(8);
  const after = sampler.samples.at(-1);
  expect(after?.scriptFailures).toBeGreaterThan(before?.scriptFailures ?? 0);
  expect(after?.fromMs).toBeGreaterThan(before?.untilMs ?? Number.POSITIVE_INFINITY);
  expect(after?.runId).toMatch(/^[0-9a-f]{40}$/);
  expect(after?.usedMemoryBytes).toBeGreaterThan(0);
  redis.disconnect();
});

it("takes the bytes of its own readings off", async () => {
  const redis = new Redis(inject("redisUrl"));
  await using sampler = await startRedisSampler(inject("redisUrl"), 5);
  const moved = (from: number) => {
    const bytes = sampler.samples.slice(from).map(({ networkBytes = 0 }) => networkBytes);
    return (bytes.at(-1) ?? 0) - (bytes[0] ?? 0);
  };
  await redis.ping();
  const quiet = sampler.samples.length;
  await expect.poll(() => sampler.samples.length).toBeGreaterThan(quiet + 10);
  expect(moved(quiet + 1)).toBe(0);
  await redis.echo("x".repeat(1_000));
  await expect.poll(() => moved(quiet + 1)).toBeGreaterThan(2_000);
  expect(moved(quiet + 1)).toBeLessThan(2_200);
  redis.disconnect();
});
