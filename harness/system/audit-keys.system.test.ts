import { createHash, randomBytes } from "node:crypto";
import { Redis } from "ioredis";
import { expect, inject, it, vi } from "vitest";
import { auditKeys, keysNow } from "./audit-keys.ts";

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

it("looks also at what came since, whatever it is called, where nobody else uses the Redis", async () => {
  const redis = new Redis(inject("redisUrl"));
  const runId = randomBytes(6).toString("hex");
  const name = (what: string) => `${what}-${randomBytes(6).toString("hex")}`;
  const [earlier, hashed, brief] = [name("earlier"), name("hashed"), name("brief")];
  const own = `gatecrash:probe:${name("own")}`;
  const named = `limit:${runId}:tail-1`;
  await redis.set(earlier, "x");
  const keysBefore = await keysNow(inject("redisUrl"));
  await redis.mset(hashed, "x", own, "x");
  for (const key of [brief, named]) await redis.set(key, "x", "PX", 100_000);
  const audit = await auditKeys(inject("redisUrl"), runId, { keysBefore });
  expect(audit).toMatchObject({
    keys: 1,
    endless: 0,
    longestKey: named,
    unnamed: { keys: 2, endless: 1, endlessKey: hashed, longestKey: brief },
  });
  expect((await auditKeys(inject("redisUrl"), runId)).unnamed).toBeUndefined();
  await redis.del(earlier, hashed, brief, own, named);
  redis.disconnect();
});

it("does not take a key for endless that gets its life in a call of its own", async () => {
  const redis = new Redis(inject("redisUrl"));
  const runId = randomBytes(6).toString("hex");
  await redis.set(`${runId}:late`, "x");
  const auditing = auditKeys(inject("redisUrl"), runId);
  const other = new Redis(inject("redisUrl"));
  await vi.waitUntil(async () => /cmd=pttl/.test(String(await other.client("LIST"))), 5_000);
  await redis.pexpire(`${runId}:late`, 100_000);
  expect(await auditing).toMatchObject({ keys: 1, endless: 0 });
  await redis.del(`${runId}:late`);
  redis.disconnect();
  other.disconnect();
});

it("knows a key by the hash of the subject's name", async () => {
  const redis = new Redis(inject("redisUrl"));
  const runId = randomBytes(6).toString("hex");
  const wireKeys = [`${runId}:hot`, `${runId}:tail-1`];
  const keysBefore = await keysNow(inject("redisUrl"));
  const key = `limit:${createHash("sha256").update(`${runId}:tail-1`).digest("hex")}`;
  await redis.set(key, "x");
  const audit = await auditKeys(inject("redisUrl"), runId, { keysBefore, wireKeys });
  expect(audit).toMatchObject({ keys: 1, endless: 1, endlessKey: key, unnamed: { keys: 0 } });
  await redis.del(key);
  redis.disconnect();
});

it("rejects where there is no Redis any more", async () => {
  await expect(auditKeys("redis://127.0.0.1:1", "none")).rejects.toThrow();
});
