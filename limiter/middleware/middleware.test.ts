import { describe, expect, it, vi } from "vitest";
import { decisionOf, unavailable } from "../decision.ts";
import type { AskedLimiter } from "./asked-limiter.ts";
import { countingLimiter } from "./counting-limiter.ts";
import { type AnyOptions, FRAMEWORKS } from "./frameworks.ts";

const key: AnyOptions["key"] = ({ headers }) => String(headers["x-client-id"] ?? "alice");
const never: AskedLimiter = {
  policies: [{ name: "burst", limit: 1, windowMs: 1_000 }],
  decide: async () => unavailable("burst"),
};

/** What a client reads; a redirect or a cache would be somebody else's answer. */
async function get(url: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, { headers });
  return { status: response.status, headers: response.headers, body: await response.text() };
}

describe.each(FRAMEWORKS)("the middleware on $name", ({ serve, answer }) => {
  it("lets an allowed request in, with its quota", async () => {
    await using app = await serve(countingLimiter(10), { key });
    const { status, headers, body } = await get(app.url);
    expect([status, body, app.runs()]).toEqual([200, "ok", 1]);
    expect(headers.get("RateLimit-Policy")).toBe('"burst";q=10;w=2');
    expect(headers.get("RateLimit")).toBe('"burst";r=9;t=1');
    expect(headers.get("x-ratelimit-source")).toBe("redis");
    for (const absent of ["Retry-After", "X-RateLimit-Limit", "x-ratelimit-policy", "x-ratelimit-shadow"]) {
      expect(headers.has(absent), absent).toBe(false);
    }
  });

  it("answers a denied request 429 with the policy, the wait and the problem, and goes no further", async () => {
    await using app = await serve(countingLimiter(1), { key });
    await get(app.url);
    const { status, headers, body } = await get(app.url);
    expect([status, app.runs()]).toEqual([429, 1]);
    expect(headers.get("Retry-After")).toBe("2");
    expect(headers.get("x-ratelimit-policy")).toBe("burst");
    expect(headers.get("x-ratelimit-source")).toBe("redis");
    expect(headers.get("RateLimit")).toBe('"burst";r=0;t=1');
    expect(headers.get("Content-Type")).toMatch(/^application\/problem\+json(;|$)/);
    expect(headers.get("Content-Length")).toBe(String(Buffer.byteLength(body)));
    expect(JSON.parse(body)).toEqual({
      type: "https://iana.org/assignments/http-problem-types#quota-exceeded",
      title: "Request cannot be satisfied as assigned quota has been exceeded",
      status: 429,
      "violated-policies": ["burst"],
    });
  });

  it("answers in text whoever does not accept JSON", async () => {
    await using app = await serve(countingLimiter(1), { key });
    await get(app.url);
    const { status, headers, body } = await get(app.url, { accept: "text/html" });
    expect([status, body]).toEqual([429, "Too many requests.\n"]);
    expect(headers.get("Content-Type")).toBe("text/plain; charset=utf-8");
  });

  it("promises no wait to a request that can never be allowed", async () => {
    await using app = await serve(countingLimiter(1), { key, cost: () => 2 });
    const { status, headers } = await get(app.url);
    expect([status, headers.has("Retry-After")]).toEqual([429, false]);
  });

  it("answers 503 with the reason when the limiter cannot decide", async () => {
    await using app = await serve(never, { key });
    const { status, headers, body } = await get(app.url);
    expect([status, app.runs()]).toEqual([503, 0]);
    expect(headers.get("x-ratelimit-reason")).toBe("unavailable");
    expect(headers.get("Content-Type")).toMatch(/^application\/problem\+json(;|$)/);
    expect(JSON.parse(body)).toMatchObject({ status: 503 });
  });

  it("writes the older fields on request, and the standard ones not if told", async () => {
    await using app = await serve(countingLimiter(1), { key, headers: { legacy: true, standard: false } });
    const { headers } = await get(app.url);
    expect(headers.get("X-RateLimit-Limit")).toBe("1");
    expect(headers.get("X-RateLimit-Remaining")).toBe("0");
    expect(headers.get("X-RateLimit-Reset")).toBe("1");
    expect([headers.has("RateLimit"), headers.has("RateLimit-Policy")]).toEqual([false, false]);
    const denied = await get(app.url);
    expect(denied.headers.get("X-RateLimit-Reset")).toBe(denied.headers.get("Retry-After"));
  });

  it("asks for the cost, the plan and several subjects, now or later", async () => {
    const limiter = countingLimiter(10);
    await using app = await serve(limiter, {
      key: async () => ({ user: "alice", tenant: "acme" }),
      cost: async () => 3,
      limits: async ({ headers }) => (headers["x-plan"] === "gold" ? { burst: { limit: 100 } } : undefined),
    });
    const gold = await get(app.url, { "x-plan": "gold" });
    expect(gold.headers.get("RateLimit-Policy")).toBe('"burst";q=100;w=2');
    expect(gold.headers.get("RateLimit")).toBe('"burst";r=97;t=1');
    const plain = await get(app.url);
    expect(plain.headers.get("RateLimit-Policy")).toBe('"burst";q=10;w=2');
    expect(limiter.asked).toEqual([
      { subject: { user: "alice", tenant: "acme" }, cost: 3, options: { limits: { burst: { limit: 100 } } } },
      { subject: { user: "alice", tenant: "acme" }, cost: 3 },
    ]);
  });

  it("neither asks nor counts what is skipped", async () => {
    const limiter = countingLimiter(1);
    await using app = await serve(limiter, { key, skip: ({ url }) => url === "/health" });
    for (let i = 0; i < 3; i++) expect((await get(`${app.url}/health`)).status).toBe(200);
    expect((await get(`${app.url}/health`)).headers.has("RateLimit")).toBe(false);
    expect(limiter.asked).toEqual([]);
  });

  it("in shadow mode lets everything in, and says what it would have refused", async () => {
    const limiter = countingLimiter(1);
    await using app = await serve(limiter, { key, shadow: true });
    const [first, second] = [await get(app.url), await get(app.url)];
    expect([first.status, first.headers.has("x-ratelimit-shadow")]).toEqual([200, false]);
    expect([second.status, second.headers.get("x-ratelimit-shadow")]).toEqual([200, "denied"]);
    expect(second.headers.has("Retry-After")).toBe(false);
    expect(limiter.asked[0]?.options).toEqual({ shadow: true });
    await using blind = await serve(never, { key, shadow: true });
    expect((await get(blind.url)).headers.get("x-ratelimit-shadow")).toBe("unavailable");
  });

  it("tells onDenied of what is refused, and lets it answer itself", async () => {
    const told: string[] = [];
    await using app = await serve(countingLimiter(1), {
      key,
      onDenied: async ({ outcome, policy }, { url }, response) => {
        told.push(`${outcome} ${policy} ${url} ${response.statusCode}`);
        await Promise.resolve();
        if (url === "/own") answer(response, 420, "calm down");
      },
    });
    await get(app.url);
    expect(told).toEqual([]);
    expect((await get(`${app.url}/usual`)).status).toBe(429);
    const own = await get(`${app.url}/own`);
    expect([own.status, own.body]).toEqual([420, "calm down"]);
    expect(own.headers.get("RateLimit")).toBe('"burst";r=0;t=1');
    expect(told).toEqual(["denied burst /usual 429", "denied burst /own 429"]);
    expect(app.runs()).toBe(1);
  });

  it("gives back what refundWhen says, once the response is written", async () => {
    const limiter = countingLimiter(2);
    await using app = await serve(limiter, { key, refundWhen: ({ statusCode }) => statusCode < 400 });
    for (let i = 0; i < 5; i++) {
      expect((await get(app.url)).status).toBe(200);
      await vi.waitUntil(() => limiter.charged("alice") === 0);
    }
    expect((await get(`${app.url}/401`)).status).toBe(401);
    expect((await get(`${app.url}/401`)).status).toBe(401);
    expect((await get(`${app.url}/401`)).status).toBe(429);
    expect(limiter.charged("alice")).toBe(2);
  });

  it("outlives an error of refundWhen, which refunds nothing", async () => {
    const warned = vi.spyOn(process, "emitWarning").mockImplementation(() => {});
    const limiter = countingLimiter(2);
    const refundWhen = () => {
      throw new Error("no idea");
    };
    await using app = await serve(limiter, { key, refundWhen });
    expect((await get(app.url)).status).toBe(200);
    await vi.waitUntil(() => warned.mock.calls.length > 0);
    expect(limiter.charged("alice")).toBe(1);
    warned.mockRestore();
  });

  it("reserves and settles", async () => {
    const limiter = countingLimiter(100);
    await using app = await serve(limiter, { key, cost: () => 50 });
    expect((await get(`${app.url}/settle/12`)).body).toBe("true");
    expect(limiter.charged("alice")).toBe(12);
    expect((await get(`${app.url}/settle/80`)).body).toBe("true");
    expect(limiter.charged("alice")).toBe(92);
    expect((await get(`${app.url}/settle/12`)).status).toBe(429);
  });

  it.each<[string, AnyOptions]>([
    ["key", { key: () => Promise.reject(new Error("oops")) }],
    [
      "key, at once",
      {
        key: () => {
          throw new Error("oops");
        },
      },
    ],
    [
      "cost",
      {
        key,
        cost: () => {
          throw new Error("oops");
        },
      },
    ],
    [
      "skip",
      {
        key,
        skip: () => {
          throw new Error("oops");
        },
      },
    ],
    [
      "limits",
      {
        key,
        limits: () => {
          throw new Error("oops");
        },
      },
    ],
    [
      "onDenied",
      {
        key,
        cost: () => 99,
        onDenied: () => {
          throw new Error("oops");
        },
      },
    ],
  ])("hands an error of %s to the framework, once", async (_name, options) => {
    await using app = await serve(countingLimiter(1), options);
    const { status, body } = await get(app.url);
    expect([status, body, app.runs()]).toEqual([500, "Error: oops", 0]);
  });

  it("does not put everybody without a key into one bucket", async () => {
    const missing = { key: () => undefined } as unknown as AnyOptions;
    await using app = await serve(countingLimiter(1), missing);
    expect((await get(app.url)).body).toContain("key returned undefined; return a string");
    await using partly = await serve(countingLimiter(1), {
      key: () => ({ user: "alice", tenant: undefined }),
    } as unknown as AnyOptions);
    expect((await get(partly.url)).body).toContain("key returned undefined for tenant");
    await using free = await serve(countingLimiter(1), { key, cost: () => 0 });
    expect((await get(free.url)).body).toBe("RangeError: cost is 0");
  });

  it("lists every wrong option", async () => {
    const wrong = {
      cost: 3,
      shadow: "yes",
      skipp: () => true,
      refundWhen: () => true,
      headers: { legacy: 1, draft8: true },
    } as unknown as AnyOptions;
    await expect((async () => serve(never, wrong))()).rejects.toMatchObject({
      code: "ERR_LIMITER_OPTIONS",
      mistakes: [
        "key is missing; give a function of the request, like byIp()",
        expect.stringMatching(/^skipp is no option; the options are key, cost, skip, /),
        "cost is 3; give a function of the request",
        'shadow is "yes"; give true or false',
        "headers.legacy is 1; give true or false",
        "headers.draft8 is no option; the options are standard and legacy",
        "refundWhen needs a limiter with refund; leave it out, or give such a limiter",
      ],
    });
  });

  it.each([
    [undefined, "the options are undefined; give { key }"],
    [{ key: undefined }, "key is missing; give a function of the request, like byIp()"],
  ])("says what is missing in %o", async (options, mistake) => {
    const create = async () => serve(never, options as unknown as AnyOptions);
    await expect(create()).rejects.toMatchObject({ mistakes: [mistake] });
  });

  it("says that a limiter is missing", async () => {
    const create = async () => serve(undefined as unknown as AskedLimiter, { key });
    await expect(create()).rejects.toMatchObject({
      mistakes: ["the limiter is undefined; give one of createLimiter"],
    });
  });

  it("names all policies that deny", async () => {
    const both = decisionOf([2, 0, 1_000, 500, 0, 2_000, 500], ["second", "day"]);
    const one = decisionOf([2, 5, 0, 500, 0, 2_000, 500], ["second", "day"]);
    const policies = ["second", "day"].map((name) => ({ name, limit: 5, windowMs: 1_000 }));
    await using app = await serve(
      { policies, decide: async (name) => (name === "both" ? both : one) },
      { key },
    );
    const problem = async (name: string) => JSON.parse((await get(app.url, { "x-client-id": name })).body);
    for (let i = 0; i < 2; i++) {
      expect((await problem("both"))["violated-policies"]).toEqual(["second", "day"]);
      expect((await problem("one"))["violated-policies"]).toEqual(["day"]);
    }
  });
});
