import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Policy } from "../policy.ts";
import { gcra } from "./gcra.ts";
import { localAnswers, type Step, steppedAnswers } from "./stepped-clock.ts";

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

  it("keeps its debt and its life when a request under smaller limits is admitted", async () => {
    const hourly = { name: "p", limit: 1_000, windowMs: 3_600_000 };
    for (const smaller of [
      { ...hourly, burst: 1 },
      { ...hourly, limit: 100 },
    ]) {
      const paceUs = (smaller.windowMs * 1_000) / smaller.limit;
      const [, other, first] = await play(hourly, [
        { atUs: STARTED_US, cost: 1_000 },
        { atUs: STARTED_US + paceUs, cost: 1, policy: smaller },
        { atUs: STARTED_US + paceUs, cost: 1, policy: hourly },
      ]);
      expect(other).toMatchObject({ allowed: true, remaining: 0 });
      // -1: it goes on with the life that it has.
      if (other?.lifeMs.most !== -1)
        expect(other?.lifeMs.least).toBeGreaterThan(7_200_000 - paceUs / 1_000 - 1_000);
      expect(first).toMatchObject({ allowed: false, remaining: 0 });
    }
  });

  it("gives back under smaller limits no more than was charged", async () => {
    const hourly = { name: "p", limit: 1_000, windowMs: 3_600_000 };
    const answers = await play(hourly, [
      { atUs: STARTED_US, cost: 1_000 },
      { kind: "refund", atUs: STARTED_US, cost: 1, policy: { ...hourly, limit: 10 } },
      { kind: "peek", atUs: STARTED_US, cost: 1, policy: hourly },
    ]);
    expect(answers.map(({ refunded, remaining }) => [refunded, remaining])).toEqual([
      [0, 0],
      [1, 0],
      [0, 1],
    ]);
  });

  it("admits in all, whoever asks, no more than the most generous of the limits", async () => {
    const windowMs = 1_500;
    const plan = fc.record({ limit: fc.constantFrom(3, 7, 1_000), burst: fc.constantFrom(1, 5, 1_000) });
    const step = fc.record({
      afterUs: fc.oneof(fc.nat(2_000), fc.nat(600_000)),
      part: fc.constantFrom(0, 0.5, 0.9, 1),
      plan: fc.nat(2),
    });
    await fc.assert(
      fc.asyncProperty(fc.tuple(plan, plan, plan), fc.array(step, { maxLength: 40 }), async (plans, raw) => {
        let atUs = STARTED_US;
        const steps = raw.map(({ afterUs, part, plan: number }): Step => {
          atUs += afterUs;
          const policy = { name: "p", windowMs, ...(plans[number] ?? plans[0]) };
          return { atUs, cost: Math.max(1, Math.floor(part * policy.burst)), policy };
        });
        const generous = {
          name: "p",
          windowMs,
          limit: Math.max(...plans.map(({ limit }) => limit)),
          burst: Math.max(...plans.map(({ burst }) => burst)),
        };
        const answers = await play(generous, steps);
        const admitted = steps.flatMap(({ atUs: when, cost }, i) =>
          answers[i]?.allowed ? [{ atUs: when, cost }] : [],
        );
        expect(localAnswers(gcra, generous, admitted).every(({ allowed }) => allowed)).toBe(true);
      }),
      { numRuns: 200 },
    );
  });
});
