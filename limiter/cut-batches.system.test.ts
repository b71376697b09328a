import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { describe, expect, inject, it, vi } from "vitest";
import { createLimiter } from "./limiter.ts";

const LIMIT = 1_000;
/** More than Redis keeps the answers of. */
const TURNS = 150;

interface HeldWay extends AsyncDisposable {
  readonly url: string;
  readonly hold: () => void;
  /** Brings all replies that were held, in their order. */
  readonly release: () => void;
}

/** A way to Redis on which replies can be held. */
async function heldWay(): Promise<HeldWay> {
  const target = new URL(inject("redisUrl"));
  const sockets = new Set<Socket>();
  let held: (() => void)[] | undefined;
  const server = createServer((near) => {
    const far = connect(Number(target.port), target.hostname);
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {}).on("close", () => [near, far].map((end) => end.destroy()));
    }
    near.on("data", (bytes) => void far.write(bytes));
    far.on("data", (bytes) => {
      const bring = () => void near.write(bytes);
      if (held === undefined) bring();
      else held.push(bring);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `redis://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hold() {
      held = [];
    },
    release() {
      const all = held ?? [];
      held = undefined;
      for (const bring of all) bring();
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

describe("batches that were cut", () => {
  it.each(["closed", "local"] as const)(
    "are charged for whom they let in, once, however many were under way when their replies were late (%s)",
    async (fallback) => {
      await using way = await heldWay();
      const policies = [{ name: "p", limit: LIMIT, windowMs: 3_600_000, fallback }];
      const shared = { policies, prefix: `test-cut-${randomUUID()}` };
      await using limiter = createLimiter({ ...shared, redis: way.url });
      await using witness = createLimiter({ ...shared, redis: inject("redisUrl"), deadlineMs: 5_000 });
      expect(await limiter.connected(5_000)).toBe(true);
      expect(await witness.connected(5_000)).toBe(true);
      await limiter.decide("somebody else");
      way.hold();
      const asked: ReturnType<typeof limiter.decide>[] = [];
      for (let turn = 0; turn < TURNS; turn++) {
        asked.push(limiter.decide("alice"));
        await new Promise((resolve) => setImmediate(resolve));
      }
      const decisions = await Promise.all(asked);
      way.release();
      const letIn = decisions.filter(({ outcome }) => outcome === "allowed").length;
      expect(letIn).toBe(fallback === "closed" ? 0 : TURNS);
      const charged = async () => LIMIT - (await witness.peek("alice")).remaining;
      expect(await limiter.connected(5_000)).toBe(true);
      await vi.waitUntil(async () => (await charged()) === letIn, { timeout: 5_000 }).catch(() => {});
      // Nothing of it is under way any more.
      await limiter.decide("somebody else");
      expect(await charged()).toBe(letIn);
    },
  );
});
