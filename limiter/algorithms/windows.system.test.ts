import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Algorithm } from "./algorithm.ts";
import { fixedWindow } from "./fixed-window.ts";
import { slidingCounter } from "./sliding-counter.ts";
import { answerOf, localAnswers, type Step, steppedAnswers } from "./stepped-clock.ts";

/** A border between two windows. */
const BORDER_US = 1_789_000_000_000_000;
const policy = { name: "p", limit: 10, windowMs: 1_000 };

let redis: Redis;
beforeAll(() => {
  redis = new Redis(inject("redisUrl"));
});
afterAll(() => redis.quit());

async function play(algorithm: Algorithm, steps: readonly Step[], first = policy) {
  const key = `test:windows:${randomUUID()}`;
  const answers = await steppedAnswers(redis, algorithm, first, key, steps);
  await redis.del(key);
  return answers;
}

/** A request of `cost` at `byUs` after the border. */
const at = (byUs: number, cost: number): Step => ({ atUs: BORDER_US + byUs, cost });

describe("fixedWindow", () => {
  it("begins its windows at multiples of windowMs, whenever the first request comes", async () => {
    const answers = await play(fixedWindow, [at(-1, 10), at(0, 10), at(999_999, 1), at(1_000_000, 10)]);
    expect(answers.map(({ allowed }) => allowed)).toEqual([true, true, false, true]);
    expect(answers[0]?.resetUs).toBe(1);
    expect(answers[2]?.retryUs).toBe(1);
  });

  it("keeps a window that has begun when the clock steps back over the border", async () => {
    const answers = await play(fixedWindow, [
      at(5, 10),
      at(-5, 1),
      at(5, 1),
      at(999_999, 1),
      at(1_000_000, 1),
    ]);
    expect(answers.map(({ allowed }) => allowed)).toEqual([true, false, false, false, true]);
  });

  it("after an hour back counts what it had until the end of the next window, and no longer", async () => {
    const hour = -3_600_000_000;
    const answers = await play(fixedWindow, [
      at(5, 10),
      at(hour + 5, 1),
      at(hour + 1_999_999, 1),
      at(hour + 2_000_000, 10),
    ]);
    expect(answers.map(({ allowed }) => allowed)).toEqual([true, false, false, true]);
    expect(answers[1]?.retryUs).toBe(1_999_995);
  });

  it("carries a count into a longer window", async () => {
    const minute = { ...policy, windowMs: 60_000 };
    const answers = await play(fixedWindow, [at(5, 6), { ...at(6, 4), policy: minute }, at(1_000_000, 1)]);
    expect(answers.map(({ allowed }) => allowed)).toEqual([true, true, false]);
  });
});

describe("slidingCounter", () => {
  it("weighs the previous window by what is left of it, as a fraction", async () => {
    const answers = await play(slidingCounter, [
      at(-1, 10),
      at(0, 1),
      at(99_999, 1),
      at(100_000, 1),
      at(100_001, 1),
    ]);
    expect(answers.map(({ allowed }) => allowed)).toEqual([true, false, false, true, false]);
    expect(answers[1]?.retryUs).toBe(100_000);
    expect(answers[4]).toMatchObject({ remaining: 0, retryUs: 99_999 });
  });

  it("counts large numbers over long windows exactly, where a product is far beyond 2^53", async () => {
    const month = { name: "p", limit: 999_999_999_999_989, windowMs: 30 * 86_400_000 };
    const windowUs = month.windowMs * 1_000;
    const startUs = BORDER_US - (BORDER_US % windowUs);
    const elapsed = fc.array(fc.nat(windowUs - 1), { minLength: 40, maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1e14, max: month.limit }), elapsed, async (previous, elapsedUs) => {
        const peeks = elapsedUs.map(
          (byUs): Step => ({ kind: "peek", atUs: startUs + byUs, cost: month.limit }),
        );
        const steps = [{ atUs: startUs - 1, cost: previous }, ...peeks];
        const answers = await play(slidingCounter, steps, month);
        expect(answers.map(answerOf)).toEqual(localAnswers(slidingCounter, month, steps));
      }),
      { numRuns: 50 },
    );
  });

  it("after an hour back counts what it had through the next window, then ever less of it, and no longer", async () => {
    const hour = -3_600_000_000;
    const answers = await play(slidingCounter, [
      at(5, 10),
      at(hour + 5, 1),
      at(hour + 1_999_999, 1),
      at(hour + 2_100_000, 1),
      at(hour + 3_000_000, 9),
    ]);
    expect(answers.map(({ allowed }) => allowed)).toEqual([true, false, false, true, true]);
    expect(answers[1]?.retryUs).toBe(2_099_995);
  });
});
