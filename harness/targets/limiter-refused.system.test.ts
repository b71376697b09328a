import { once } from "node:events";
import { Redis } from "ioredis";
import { expect, it } from "vitest";
import { createLimiter } from "../../limiter/limiter.ts";
import { ownRedis } from "./fallback-story.ts";

it.each([
  ["a wrong password", "guest:wrong", /^Redis refuses the rate limiter, which decides without it: WRONGPASS/],
  ["rights that do not suffice", "guest:right", /^Redis refuses the rate limiter, which .*: NOPERM/],
])("says once that Redis refuses it: %s", async (_, credentials, sentence) => {
  await using redis = await ownRedis();
  await using stack = new AsyncDisposableStack();
  const client = new Redis(redis.url);
  stack.defer(() => client.disconnect());
  await client.call("ACL", "SETUSER", "guest", "on", ">right", "~*", "+@all", "-eval", "-evalsha");
  const url = new URL(redis.url);
  const [username = "", password = ""] = credentials.split(":");
  Object.assign(url, { username, password });
  const warnings: Error[] = [];
  const listen = (warning: Error) => warnings.push(warning);
  process.on("warning", listen);
  stack.defer(() => void process.off("warning", listen));
  const warned = once(process, "warning");
  const limiter = stack.use(
    createLimiter({ redis: url.href, policies: [{ name: "p", limit: 5, windowMs: 60_000 }] }),
  );
  await warned;
  expect(await limiter.decide("alice")).toMatchObject({ outcome: "allowed", source: "local" });
  expect(await limiter.connected(200)).toBe(false);
  expect(warnings.map(({ message }) => message)).toEqual([expect.stringMatching(sentence)]);
});
