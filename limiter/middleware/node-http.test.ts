import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { type Decision, decisionOf, unavailable } from "../decision.ts";
import { rateLimit } from "./node-http.ts";

const policies = [{ name: "burst", limit: 10, windowMs: 2_000 }];

/** What a client gets from a resource behind a limiter that always decides so. */
async function answerTo(decision: Decision | Error, path = "/") {
  const limit = rateLimit(
    { policies, decide: async () => (decision instanceof Error ? Promise.reject(decision) : decision) },
    {
      key: ({ url = "" }) => {
        if (url === "/nobody") throw new Error("no key");
        return url;
      },
    },
  );
  const server = createServer((request, response) =>
    limit(request, response, (error) => {
      response.statusCode = error === undefined ? 200 : 500;
      response.end(error === undefined ? "ok" : String(error));
    }),
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  const response = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`);
  const answer = { status: response.status, headers: response.headers, body: await response.text() };
  server.close();
  server.closeAllConnections();
  return answer;
}

describe("rateLimit for node:http", () => {
  it("passes an allowed request on, with its quota", async () => {
    const { status, headers, body } = await answerTo(decisionOf([0, 9, 0, 1_999_000], ["burst"]));
    expect([status, body]).toEqual([200, "ok"]);
    expect(headers.get("RateLimit-Policy")).toBe('"burst";q=10;w=2');
    expect(headers.get("RateLimit")).toBe('"burst";r=9;t=2');
    expect(headers.get("x-ratelimit-source")).toBe("redis");
    expect(headers.has("Retry-After")).toBe(false);
  });

  it("answers a denied request 429, with the policy and the wait", async () => {
    const { status, headers } = await answerTo(decisionOf([1, 0, 1_000_001, 500_000], ["burst"]));
    expect(status).toBe(429);
    expect(headers.get("Retry-After")).toBe("2");
    expect(headers.get("x-ratelimit-policy")).toBe("burst");
    expect(headers.get("x-ratelimit-source")).toBe("redis");
    expect(headers.get("RateLimit")).toBe('"burst";r=0;t=1');
  });

  it("promises no wait to a request that can never be allowed", async () => {
    const { status, headers } = await answerTo(decisionOf([1, 10, -1, 0], ["burst"]));
    expect(status).toBe(429);
    expect(headers.has("Retry-After")).toBe(false);
  });

  it("answers 503 with the reason when the limiter cannot decide", async () => {
    const { status, headers } = await answerTo(unavailable("burst"));
    expect(status).toBe(503);
    expect(headers.get("x-ratelimit-reason")).toBe("unavailable");
  });

  it("hands errors of its caller's functions to next", async () => {
    expect(await answerTo(unavailable("burst"), "/nobody")).toMatchObject({
      status: 500,
      body: "Error: no key",
    });
    expect(await answerTo(new RangeError("cost is 0"))).toMatchObject({
      status: 500,
      body: "RangeError: cost is 0",
    });
  });
});
