import { expect, inject, test } from "vitest";
import { askRedis } from "./redis/ask-redis.ts";

test("system tests are given one real Redis", async () => {
  expect((await askRedis(inject("redisUrl"), 2000)).version).toMatch(/^\d+\.\d+/);
});
