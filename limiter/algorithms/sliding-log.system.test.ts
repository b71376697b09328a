import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Policy } from "../policy.ts";
import { schedules } from "./schedules.ts";
import { slidingLog } from "./sliding-log.ts";
import { type Step, steppedAnswers } from "./stepped-clock.ts";

const STARTED_US = 1_789_000_000_123_456;

let redis: Redis;
beforeAll(() => {
  redis = new Redis(inject("redisUrl"));
});
afterAll(() => redis.quit());

async function play(policy: Policy, steps: readonly Step[]) {
  const key = `test:sliding-log:${randomUUID()}`;
  const answers = await steppedAnswers(redis, slidingLog, policy, key, steps);
  const usedBytes = (await redis.memory("USAGE", key)) ?? 0;
  await redis.del(key);
  return { answers, usedBytes };
}

describe("slidingLog", () => {
  it("never holds more entries than its limit", async () => {
    await fc.assert(
      fc.asyncProperty(
        schedules(slidingLog, { clock: "any", also: ["refund"] }),
        async ({ policy, steps }) => {
          for (const { bytes } of (await play(policy, steps)).answers)
            expect(bytes).toBeLessThanOrEqual(48 + 11 * policy.limit);
        },
      ),
      { numRuns: 100 },
    );
  });

  it("keeps its size in a flood of a thousand times its limit", async () => {
    const policy = { name: "p", limit: 100, windowMs: 1_000 };
    const flood = Array.from({ length: 20_000 }, (_, i) => ({ atUs: STARTED_US + 200 * i, cost: 1 }));
    const { answers, usedBytes } = await play(policy, flood);
    expect(answers.filter(({ allowed }) => allowed)).toHaveLength(400);
    expect(usedBytes).toBeLessThan(48 + 11 * 100 + 300);
  });

  it("neither forgives nor starves when the clock steps an hour back", async () => {
    const backUs = STARTED_US - 3_600_000_000;
    const { answers } = await play({ name: "p", limit: 2, windowMs: 1_000 }, [
      { atUs: STARTED_US, cost: 2 },
      { atUs: backUs, cost: 1 },
      { atUs: backUs + 999_999, cost: 1 },
      { atUs: backUs + 1_000_000, cost: 2 },
      { atUs: backUs + 1_000_001, cost: 1 },
    ]);
    expect(answers.map(({ allowed }) => allowed)).toEqual([true, false, false, true, false]);
  });

  it("keeps what was admitted when the limit is changed while the key lives", async () => {
    const policy = { name: "p", limit: 7, windowMs: 1_500 };
    const { answers } = await play(policy, [
      { atUs: STARTED_US, cost: 3 },
      { atUs: STARTED_US + 1, cost: 3 },
      { atUs: STARTED_US + 2, cost: 1, policy: { ...policy, limit: 3 } },
      { atUs: STARTED_US + 3, cost: 34, policy: { ...policy, limit: 40 } },
    ]);
    expect(answers[2]).toMatchObject({
      allowed: false,
      remaining: 0,
      retryUs: 1_499_999,
      resetUs: 1_499_999,
    });
    expect(answers[3]).toMatchObject({ allowed: true, remaining: 0 });
  });

  it("holds what is merged until the youngest of it has ended, in whatever order it is told", async () => {
    const second = 1_000_000;
    const entries = [
      { ageUs: 30 * second, cost: 990 },
      { ageUs: 60 * second, cost: 10 },
    ];
    const lossUs = STARTED_US + 70 * second;
    const { answers } = await play({ name: "p", limit: 1_000, windowMs: 100_000 }, [
      { kind: "merge", atUs: lossUs, cost: 1, entries },
      { kind: "peek", atUs: lossUs + 40 * second, cost: 1 },
      { kind: "peek", atUs: lossUs + 70 * second - 1, cost: 11 },
      { kind: "peek", atUs: lossUs + 70 * second, cost: 1_000 },
    ]);
    expect(answers.map(({ allowed, remaining }) => [allowed, remaining])).toEqual([
      [false, 0],
      [true, 10],
      [false, 10],
      [true, 1_000],
    ]);
  });

  it("refunds the oldest first of those that are young enough", async () => {
    const { answers } = await play({ name: "p", limit: 12, windowMs: 1_000 }, [
      { atUs: STARTED_US, cost: 4 },
      { atUs: STARTED_US + 10, cost: 4 },
      { atUs: STARTED_US + 20, cost: 4 },
      { kind: "refund", atUs: STARTED_US + 30, cost: 5, ageUs: 20 },
      { kind: "peek", atUs: STARTED_US + 1_000_010, cost: 9 },
      { kind: "refund", atUs: STARTED_US + 1_000_010, cost: 9, ageUs: 999_990 },
    ]);
    expect(answers[3]).toMatchObject({ refunded: 5, remaining: 5, resetUs: 999_970 });
    expect(answers[4]).toMatchObject({ allowed: true, remaining: 9 });
    expect(answers[5]).toMatchObject({ refunded: 3, remaining: 12, bytes: 0 });
  });
});
