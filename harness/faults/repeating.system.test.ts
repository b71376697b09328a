import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import { until } from "../system/until.ts";
import { repeating } from "./repeating.ts";

test("work is done again and again, never twice at once, and not any more once it was disposed of", async () => {
  let atOnce = 0;
  let most = 0;
  let begun = 0;
  const repeated = repeating(async () => {
    begun++;
    most = Math.max(most, ++atOnce);
    await sleep(5);
    atOnce--;
    if (begun === 2) throw new Error("Redis is gone for the moment");
  }, 1);
  await until(() => repeated.times() >= 3);
  const ended = repeated[Symbol.asyncDispose]();
  const begunThen = begun;
  await ended;
  expect([most, atOnce]).toEqual([1, 0]);
  expect(begun).toBe(begunThen);
  expect(repeated.times()).toBe(begun - 1);
});
