import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { describe, expect, inject, it, vi } from "vitest";
import { createLimiter } from "./limiter.ts";
import { longestGateMs } from "./lone-redis.ts";
import { redisLink } from "./redis-link.ts";
import { tellers } from "./tellers.ts";

const DEADLINE_MS = 1_000;

/** A process that can tell Redis of others. */
async function teller(key: string) {
  const link = redisLink(inject("redisUrl"), { deadlineMs: 5_000 });
  expect(await link.connected(5_000)).toBe(true);
  return { ...tellers(link, key, randomUUID()), [Symbol.asyncDispose]: () => link.close() };
}

/** A way to Redis that can be closed and opened. */
async function way() {
  const target = new URL(inject("redisUrl"));
  const sockets = new Set<Socket>();
  let isOpen = true;
  const server = createServer((near) => {
    if (!isOpen) return void near.destroy();
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {}).on("close", () => [near, far].map((end) => end.destroy()));
    }
    near.pipe(far).pipe(near);
    return undefined;
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const cut = () => {
    isOpen = false;
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    cut,
    open() {
      isOpen = true;
    },
    [Symbol.dispose]() {
      cut();
      server.close();
    },
  };
}

describe("who tells Redis what it admitted without it", () => {
  it("is known to the others until all is told", async () => {
    const key = `test-tellers-${randomUUID()}`;
    await using first = await teller(key);
    await using second = await teller(key);
    expect(await second.areOthers()).toBe(false);
    first.begin();
    await vi.waitUntil(() => second.areOthers());
    expect(await first.areOthers()).toBe(false);
    second.begin();
    await vi.waitUntil(() => first.areOthers());
    first.done();
    await vi.waitUntil(async () => !(await second.areOthers()));
    expect(await first.areOthers()).toBe(true);
    second.done();
    await vi.waitUntil(async () => !(await first.areOthers()));
  });

  it("is forgotten when it is not heard of any more", async () => {
    const key = `test-tellers-${randomUUID()}`;
    await using first = await teller(key);
    await using second = await teller(key);
    first.begin();
    await vi.waitUntil(() => second.areOthers());
    first.pause();
    await vi.waitUntil(async () => !(await second.areOthers()), { timeout: 10_000 });
  });

  it("holds the gates of the others, however long it takes", async () => {
    using path = await way();
    const prefix = `test-tellers-${randomUUID()}`;
    await using other = await teller(`${prefix}:telling`);
    await using limiter = createLimiter({
      redis: path.url,
      policies: [{ name: "p", limit: 2, windowMs: 3_600_000 }],
      prefix,
      deadlineMs: DEADLINE_MS,
      replica: { index: 0, count: 2 },
    });
    expect(await limiter.connected(5_000)).toBe(true);
    path.cut();
    await vi.waitUntil(async () => (await limiter.decide("alice")).source === "local");
    expect(await limiter.decide("alice")).toMatchObject({ outcome: "denied", source: "local" });
    other.begin();
    path.open();
    expect(await limiter.connected(10_000)).toBe(true);
    await new Promise((resolve) => setTimeout(resolve, longestGateMs({ deadlineMs: DEADLINE_MS }) + 500));
    // Redis has one left for it, but another one may have had that.
    expect(await limiter.decide("alice")).toMatchObject({ outcome: "denied", source: "local" });
    other.done();
    await vi.waitUntil(async () => (await limiter.decide("alice")).outcome === "allowed", {
      timeout: 10_000,
    });
  });
});
