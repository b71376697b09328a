import { setTimeout as wait } from "node:timers/promises";
import { type FastifyRequest, fastify } from "fastify";
import { describe, expect, it } from "vitest";
import { byIp } from "../ip/by-ip.ts";
import { countingLimiter } from "./counting-limiter.ts";
import { fastifyRateLimit, fastifyRateLimitHook } from "./fastify.ts";

describe("fastifyRateLimit", () => {
  it("holds for all routes of whoever registers it, also those that come later", async () => {
    const app = fastify();
    app.register(async (limited) => {
      limited.register(fastifyRateLimit(countingLimiter(1), { key: byIp() }));
      limited.get("/limited", async () => "ok");
    });
    app.get("/free", async () => "ok");
    const status = async (url: string) => (await app.inject(url)).statusCode;
    expect([await status("/limited"), await status("/limited"), await status("/limited")]).toEqual([
      200, 429, 429,
    ]);
    expect([await status("/free"), await status("/free")]).toEqual([200, 200]);
  });

  it.each(["onResponse", "onSend", null])(
    "refuses the hook %s, in which nothing is left to decide",
    (hook) => {
      const create = () => fastifyRateLimit(countingLimiter(1), { key: byIp(), hook: hook as "onRequest" });
      expect(create).toThrow(/hook is .*; choose onRequest or preHandler/);
    },
  );

  it("sees the body in the preHandler hook", async () => {
    const app = fastify();
    const limiter = countingLimiter(1);
    app.register(
      fastifyRateLimit(limiter, {
        hook: "preHandler",
        key: (request: FastifyRequest<{ Body: { user: string } }>) => request.body.user,
      }),
    );
    app.post("/", async () => "ok");
    await app.inject({ method: "POST", url: "/", payload: { user: "alice" } });
    expect(limiter.asked).toEqual([{ subject: "alice", cost: 1 }]);
  });

  it("works on one route", async () => {
    const app = fastify();
    const onRequest = fastifyRateLimitHook(countingLimiter(1), { key: ({ ip }) => ip });
    app.get("/limited", { onRequest }, async () => "ok");
    app.get("/free", async () => "ok");
    const status = async (url: string) => (await app.inject(url)).statusCode;
    expect([await status("/limited"), await status("/limited"), await status("/free")]).toEqual([
      200, 429, 200,
    ]);
  });

  it("leaves a reply alone that was sent while the limiter was asked", async () => {
    const app = fastify();
    const limiter = countingLimiter(1);
    const slow = {
      ...limiter,
      decide: async (...asked: Parameters<typeof limiter.decide>) => {
        await wait(20);
        return limiter.decide(...asked);
      },
    };
    let runs = 0;
    app.addHook("onRequest", (_request, reply, done) => {
      setTimeout(() => reply.code(504).send("too late"), 5);
      done();
    });
    app.register(fastifyRateLimit(slow, { key: () => "alice" }));
    app.get("/", async () => {
      runs++;
      return "ok";
    });
    expect(await app.inject("/")).toMatchObject({ statusCode: 504, body: "too late" });
    await wait(40);
    expect(runs).toBe(0);
  });
});
