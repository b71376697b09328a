import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import express from "express";
import { describe, expect, it } from "vitest";
import { byIp } from "../ip/by-ip.ts";
import type { AskedLimiter } from "./asked-limiter.ts";
import { chargeOf } from "./charge.ts";
import { countingLimiter } from "./counting-limiter.ts";
import { served } from "./frameworks.ts";
import { rateLimit } from "./node-http.ts";

/** A limiter that answers when it is told to. */
function slowly(limiter: AskedLimiter) {
  const { promise, resolve } = Promise.withResolvers<void>();
  const slow: AskedLimiter = {
    ...limiter,
    decide: async (...asked) => {
      await promise;
      return limiter.decide(...asked);
    },
  };
  return { slow, answer: resolve };
}

describe("rateLimit for node:http", () => {
  for (const outcome of ["allowed", "denied"]) {
    it(`leaves a response alone that was answered while the limiter was asked (${outcome})`, async () => {
      const { slow, answer } = slowly(countingLimiter(outcome === "allowed" ? 1 : 0));
      const limit = rateLimit(slow, { key: () => "alice" });
      let nexts = 0;
      await using app = await served(() => (request, response) => {
        limit(request, response, () => nexts++);
        response.statusCode = 504;
        response.end("too late");
      });
      const response = await fetch(app.url);
      answer();
      await wait(10);
      expect([response.status, await response.text(), nexts]).toEqual([504, "too late", 0]);
    });
  }

  it("calls next once for each request that it does not answer, and never for one that it does", async () => {
    const limit = rateLimit(countingLimiter(2), { key: () => "alice" });
    const nexts = new Map<IncomingMessage, number>();
    await using app = await served((count) => (request, response) => {
      limit(request, response, () => {
        count();
        nexts.set(request, (nexts.get(request) ?? 0) + 1);
        if (!response.writableEnded) response.end("ok");
      });
    });
    const statuses = await Promise.all(Array.from({ length: 20 }, async () => (await fetch(app.url)).status));
    await wait(10);
    expect(statuses.toSorted()).toEqual([200, 200, ...new Array(18).fill(429)]);
    expect([...nexts.values(), app.runs()]).toEqual([1, 1, 2]);
  });

  it("charges what a client breaks off, and does not give it back", async () => {
    const limiter = countingLimiter(5);
    const limit = rateLimit(limiter, {
      key: () => "alice",
      refundWhen: ({ statusCode }) => statusCode < 400,
    });
    const gone = Promise.withResolvers<void>();
    await using app = await served((count) => (request, response) => {
      limit(request, response, () => {
        count();
        response.once("close", gone.resolve);
      });
    });
    const abort = new AbortController();
    const asked = fetch(app.url, { signal: abort.signal }).catch(() => {});
    while (app.runs() === 0) await wait(1);
    abort.abort();
    await Promise.all([asked, gone.promise]);
    await wait(10);
    expect(limiter.charged("alice")).toBe(1);
  });

  it("passes no error to next after an answer, and warns of it instead", async () => {
    const denied = countingLimiter(0);
    const late = Promise.withResolvers<void>();
    const afterTimeout = rateLimit(denied, {
      key: async () => {
        await late.promise;
        throw new TypeError("too late to say");
      },
    });
    const afterAnswer = rateLimit(denied, {
      key: () => "alice",
      onDenied(_decision, _request, response) {
        response.end("denied");
        throw new TypeError("too late to say");
      },
    });
    for (const [limit, expected] of [
      [afterTimeout, "timeout"],
      [afterAnswer, "denied"],
    ] as const) {
      const warned = once(process, "warning");
      let nexts = 0;
      await using app = await served(() => (request, response) => {
        limit(request, response, () => nexts++);
        if (limit === afterTimeout) response.end("timeout");
      });
      expect(await (await fetch(app.url)).text()).toBe(expected);
      late.resolve();
      const [warning] = await warned;
      expect([nexts, warning.message]).toEqual([0, "too late to say"]);
    }
  });

  it("breaks off an answer that onDenied did not finish", async () => {
    const warned = once(process, "warning");
    const limit = rateLimit(countingLimiter(0), {
      key: () => "alice",
      onDenied(_decision, _request, response) {
        response.write("half");
        throw new TypeError("no more");
      },
    });
    let nexts = 0;
    await using app = await served(() => (request, response) => limit(request, response, () => nexts++));
    await expect(fetch(app.url).then((response) => response.text())).rejects.toThrow();
    await warned;
    expect(nexts).toBe(0);
  });

  it("lets nobody in by an error that is nothing", async () => {
    for (const nothing of [undefined, null, 0, ""]) {
      const limit = rateLimit(countingLimiter(1), { key: () => Promise.reject(nothing) });
      const errors: unknown[] = [];
      await using app = await served(() => (request, response) => {
        limit(request, response, (error) => {
          errors.push(error);
          response.end();
        });
      });
      await fetch(app.url);
      expect(errors).toEqual([expect.any(Error)]);
    }
  });

  it("lets nobody find the charge of another limiter than the one that the request met last", async () => {
    const key = () => "alice";
    const first = rateLimit(countingLimiter(9), { key });
    for (const last of [
      rateLimit(countingLimiter(9), { key, skip: () => true }),
      rateLimit(countingLimiter(0), { key, shadow: true }),
      rateLimit(countingLimiter(0), { key, onDenied: (_, request, response) => finish(request, response) }),
    ]) {
      await using app = await served(() => (request, response) => {
        first(request, response, () => {
          expect(chargeOf(request)?.cost).toBe(1);
          last(request, response, () => finish(request, response));
        });
      });
      expect(await (await fetch(app.url)).text()).toBe("undefined");
    }
    function finish(request: IncomingMessage, response: ServerResponse): void {
      response.end(String(chargeOf(request)));
    }
  });

  it("answers HEAD without a body", async () => {
    const limit = rateLimit(countingLimiter(0), { key: () => "alice" });
    await using app = await served(() => (request, response) => limit(request, response, () => {}));
    const response = await fetch(app.url, { method: "HEAD" });
    expect([response.status, await response.text()]).toEqual([429, ""]);
  });
});

describe("rateLimit for Express", () => {
  it("works on a route, sees the parsed body, and keeps the fields of others", async () => {
    const app = express();
    const limiter = countingLimiter(1);
    const limit = rateLimit(limiter, {
      key: (request: express.Request) => `${byIp()(request)} ${request.body.user} ${request.params.id}`,
    });
    app.post("/things/:id", express.json(), limit, (_request, response) => {
      response.json({ done: true });
    });
    await using service = await served(() => app);
    const post = async (id: number) => {
      const headers = { "Content-Type": "application/json" };
      const body = JSON.stringify({ user: "alice" });
      return fetch(`${service.url}/things/${id}`, { method: "POST", headers, body });
    };
    expect((await post(7)).status).toBe(200);
    const denied = await post(7);
    expect([denied.status, denied.headers.get("X-Powered-By")]).toEqual([429, "Express"]);
    expect((await post(8)).status).toBe(200);
    expect(limiter.asked[0]?.subject).toBe("127.0.0.1 alice 7");
  });
});
