import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Policy } from "../policy.ts";
import { gcra } from "./gcra.ts";
import { type Step, steppedAnswers } from "./stepped-clock.ts";

const STARTED_US = 1_789_000_000_123_456;

let redis: Redis;
beforeAll(() => {
  redis = new Redis(inject("redisUrl"));
});
afterAll(() => redis.quit());

async function play(policy: Policy, steps: readonly Step[]) {
  const key = `test:gcra:${randomUUID()}`;
  const answers = await steppedAnswers(redis, gcra, policy, key, steps);
  await redis.del(key);
  return answers;
}

describe("gcra", () => {
  it("keeps a steady 300 a second and 1,500 a second exact, where a rounded interval cannot", async () => {
    for (const limit of [300, 1_500]) {
      const policy = { name: "p", limit, windowMs: 1_000, burst: 1 };
      const steps = Array.from({ length: 10_000 }, (_, i) => ({ atUs: STARTED_US + i * 333, cost: 1 }));
      const admitted = (await play(policy, steps)).filter(({ allowed }) => allowed).length;
      const pace = Math.ceil(1_000_000 / limit / 333) * 333;
      expect(admitted).toBe(Math.ceil((10_000 * 333) / pace));
    }
  });

  it("neither forgives nor starves when the clock steps an hour back", async () => {
    const backUs = STARTED_US - 3_600_000_000;
    const answers = await play({ name: "p", limit: 2, windowMs: 1_000 }, [
      { atUs: STARTED_US, cost: 2 },
      { atUs: backUs, cost: 1 },
      { atUs: backUs + 499_999, cost: 1 },
      { atUs: backUs + 500_000, cost: 1 },
    ]);
    expect(answers.map(({ allowed }) => allowed)).toEqual([true, false, false, true]);
  });

  it("keeps the debt when the policy is changed while the key lives", async () => {
    const changed = { name: "p", limit: 7, windowMs: 3_000, burst: 10 };
    const answers = await play({ name: "p", limit: 10, windowMs: 1_000 }, [
      { atUs: STARTED_US, cost: 8 },
      { atUs: STARTED_US, cost: 1, policy: changed },
    ]);
    expect(answers[1]).toMatchObject({ allowed: true, remaining: 1 });
  });

  it("has no debt beyond its bucket when the burst is lowered", async () => {
    const answers = await play({ name: "p", limit: 10, windowMs: 1_000, burst: 1_000 }, [
      { atUs: STARTED_US, cost: 1_000 },
      { atUs: STARTED_US, cost: 1, policy: { name: "p", limit: 10, windowMs: 1_000, burst: 5 } },
    ]);
    expect(answers[1]).toMatchObject({ allowed: false, remaining: 0, retryUs: 100_000 });
  });
});
