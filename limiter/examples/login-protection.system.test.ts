import { randomUUID } from "node:crypto";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { createLimiter } from "../limiter.ts";
import { served } from "../middleware/frameworks.ts";
import { LOGIN_POLICIES, loginService } from "./login-protection.ts";

const prefix = `test-login-${randomUUID()}`;
let redis: Redis;
beforeAll(() => {
  redis = new Redis(inject("redisUrl"));
});
afterAll(async () => {
  const left = await redis.keys(`${prefix}:*`);
  if (left.length > 0) await redis.del(left);
  await redis.quit();
});

const isRight = async (account: string, password: string) => password === `${account}'s secret`;

async function attempt(url: string, account: string, password: string) {
  const response = await fetch(`${url}/login`, {
    method: "POST",
    body: JSON.stringify({ account, password }),
  });
  await response.text();
  return response;
}

/** What is left for `account` under each policy, from the address of this test. */
async function left(limiter: ReturnType<typeof createLimiter>, account: string) {
  const ip = "127.0.0.1";
  const { quotas } = await limiter.peek({ account, ip, accountFromIp: `${account} ${ip}` });
  return quotas.map(({ remaining }) => remaining);
}

describe("the login protection example on Redis", () => {
  it("charges wrong passwords only, to the account and to the address", async () => {
    const options = { redis: inject("redisUrl"), policies: LOGIN_POLICIES, prefix, deadlineMs: 5_000 };
    await using limiter = createLimiter(options);
    expect(await limiter.connected(5_000)).toBe(true);
    await using app = await served(() => loginService(limiter, isRight));
    for (let i = 0; i < 8; i++) expect((await attempt(app.url, "alice", "alice's secret")).status).toBe(200);
    // What was right is given back once the answer has been sent.
    await vi.waitUntil(async () => (await left(limiter, "alice")).join() === "5,50,100");
    const guesses = await Promise.all(Array.from({ length: 12 }, () => attempt(app.url, "alice", "guess")));
    const statuses = guesses.map(({ status }) => status).sort();
    expect(statuses).toEqual([...Array(5).fill(401), ...Array(7).fill(429)]);
    const denied = await attempt(app.url, "alice", "alice's secret");
    expect([denied.status, denied.headers.get("x-ratelimit-policy")]).toEqual([429, "account-from-ip"]);
    expect(Number(denied.headers.get("Retry-After"))).toBeGreaterThan(0);
    expect(await left(limiter, "alice")).toEqual([0, 45, 95]);
    expect((await attempt(app.url, "bob", "bob's secret")).status).toBe(200);
    await limiter.reset({ account: "alice", ip: "127.0.0.1", accountFromIp: "alice 127.0.0.1" });
    expect((await attempt(app.url, "alice", "alice's secret")).status).toBe(200);
  });

  it("lets nobody in without Redis", async () => {
    await using limiter = createLimiter({ redis: "redis://127.0.0.1:1", policies: LOGIN_POLICIES });
    await using app = await served(() => loginService(limiter, isRight));
    expect((await attempt(app.url, "alice", "alice's secret")).status).toBe(503);
  });
});
