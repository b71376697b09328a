import { describe, expect, it, vi } from "vitest";
import { type Decision, unavailable } from "../decision.ts";
import type { AskedLimiter, Subject } from "../middleware/asked-limiter.ts";
import { served } from "../middleware/frameworks.ts";
import { LOGIN_POLICIES, loginService } from "./login-protection.ts";

/** Keeps the policies of the example in memory: all are charged, or none. */
function inMemory() {
  const used = new Map<string, number>();
  const countsFor = (subject: Subject) =>
    LOGIN_POLICIES.map(({ name, by, limit }) => {
      const id = `${name} ${typeof subject === "string" ? subject : subject[by]}`;
      return { id, policy: name, limit, count: used.get(id) ?? 0 };
    });
  const limiter: AskedLimiter = {
    policies: LOGIN_POLICIES,
    async decide(subject) {
      const counts = countsFor(subject);
      const denying = counts.find(({ count, limit }) => count >= limit);
      if (denying === undefined) for (const { id, count } of counts) used.set(id, count + 1);
      const quotas = counts.map(({ policy, limit, count }) => ({
        policy,
        remaining: limit - count,
        retryAfterMs: count >= limit ? 60_000 : 0,
        resetMs: 60_000,
      }));
      const decisive = quotas.find(({ policy }) => policy === denying?.policy) ?? quotas[0];
      if (decisive === undefined) throw new Error("the example has no policies");
      const outcome = denying === undefined ? "allowed" : "denied";
      return { ...decisive, outcome, source: "redis", quotas } satisfies Decision;
    },
    async refund(subject, cost) {
      for (const { id, count } of countsFor(subject)) used.set(id, count - cost);
    },
  };
  return { limiter, used: () => [...used.values()] };
}

const isRight = async (account: string, password: string) => {
  if (password === "broken") throw new Error("the user database is away");
  return password === `${account}'s secret`;
};

async function login(url: string, account: string, password: string) {
  const response = await fetch(`${url}/login`, {
    method: "POST",
    body: JSON.stringify({ account, password }),
  });
  await response.text();
  return response;
}

describe("the login protection example", () => {
  it("charges wrong passwords only", async () => {
    const { limiter, used } = inMemory();
    await using app = await served(() => loginService(limiter, isRight));
    for (let i = 0; i < 10; i++) {
      expect((await login(app.url, "alice", "alice's secret")).status).toBe(200);
      expect((await login(app.url, "alice", "broken")).status).toBe(500);
      await vi.waitUntil(() => used().every((count) => count === 0));
    }
    for (let i = 0; i < 5; i++) expect((await login(app.url, "alice", "guess")).status).toBe(401);
    const denied = await login(app.url, "alice", "alice's secret");
    expect(denied.status).toBe(429);
    expect(denied.headers.get("x-ratelimit-policy")).toBe("account-from-ip");
    expect(denied.headers.get("Retry-After")).toBe("60");
    expect(denied.headers.has("RateLimit")).toBe(false);
    expect((await login(app.url, "bob", "bob's secret")).status).toBe(200);
  });

  it("knows an account in every spelling", async () => {
    await using app = await served(() => loginService(inMemory().limiter, isRight));
    for (const account of ["alice", "ALICE", " Alice ", "ａｌｉｃｅ", "alicE"]) {
      expect((await login(app.url, account, "guess")).status).toBe(401);
    }
    expect((await login(app.url, "alice", "guess")).status).toBe(429);
  });

  it("stops an address that tries many accounts, at once", async () => {
    await using app = await served(() => loginService(inMemory().limiter, isRight));
    const attempts = Array.from({ length: 120 }, (_, i) => login(app.url, `user${i}`, "123456"));
    const statuses = (await Promise.all(attempts)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 401)).toHaveLength(100);
    expect(statuses.filter((status) => status === 429)).toHaveLength(20);
  });

  it("lets nobody in when the limiter cannot decide", async () => {
    const blind = { ...inMemory().limiter, decide: async () => unavailable("ip") };
    await using app = await served(() => loginService(blind, isRight));
    const response = await login(app.url, "alice", "alice's secret");
    expect([response.status, response.headers.get("x-ratelimit-reason")]).toEqual([503, "unavailable"]);
  });

  it("refuses what is no attempt", async () => {
    await using app = await served(() => loginService(inMemory().limiter, isRight));
    for (const body of ["", "{}", "null", "[1]", '{"account":1,"password":"x"}']) {
      expect((await fetch(app.url, { method: "POST", body })).status).toBe(400);
    }
  });
});
