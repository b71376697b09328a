import { randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import { expect, inject, it } from "vitest";
import { auditKeys } from "./audit-keys.ts";

it("looks at every key of a subject of the run, and at no other", async () => {
  const redis = new Redis(inject("redisUrl"));
  const runId = randomBytes(6).toString("hex");
  const key = (subject: string) => `gatecrash-${runId}:{${runId}:${subject}}:p:sliding-log`;
  await redis.set(key("short"), "x", "PX", 100_000);
  await redis.set(key("long"), "x", "PX", 200_000);
  await redis.set(key("endless"), "x");
  await redis.set(`gatecrash-${runId}:epoch`, "x");
  await redis.set("somebody-else", "x");
  const audit = await auditKeys(inject("redisUrl"), runId);
  expect(audit).toMatchObject({ keys: 3, endless: 1, endlessKey: key("endless"), longestKey: key("long") });
  expect(audit.longestMs).toBeGreaterThan(100_000);
  expect(audit.longestMs).toBeLessThanOrEqual(200_000);
  expect(audit.sampledKeys).toBeGreaterThan(0);
  expect(audit.sampledBytes).toBeGreaterThan(0);
  await redis.del(key("short"), key("long"), key("endless"), `gatecrash-${runId}:epoch`, "somebody-else");
  redis.disconnect();
});
