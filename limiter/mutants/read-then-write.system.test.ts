import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Redis } from "ioredis";
import { describe, expect, inject, it } from "vitest";
import { mutant } from "./read-then-write.ts";

/** How many of `requests` parallel requests, spread over three replicas, are let in by a limit of 10. */
async function admitted(bug: boolean, requests: number): Promise<number> {
  const subject = `test-${randomUUID()}`;
  const replicas = await Promise.all([0, 1, 2].map((index) => replica(bug, index)));
  const statuses = await Promise.all(
    Array.from({ length: requests }, async (_, i) => {
      const response = await fetch(replicas[i % 3]?.url ?? "", { headers: { "x-client-id": subject } });
      await response.text();
      return response.status;
    }),
  );
  for (const { close } of replicas) await close();
  const redis = new Redis(inject("redisUrl"));
  const [key = ""] = await redis.keys(`gatecrash:{${subject}}*`);
  expect(await redis.pttl(key)).toBeGreaterThan(0);
  await redis.del(key);
  await redis.quit();
  return statuses.filter((status) => status === 200).length;
}

async function replica(bug: boolean, replicaIndex: number) {
  const { listener, close } = await mutant.variant({ bug }).protect({
    policies: [{ name: "burst", limit: 10, windowMs: 60_000 }],
    redisUrl: inject("redisUrl"),
    replicaIndex,
    replicaCount: 3,
  });
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await close();
    },
  };
}

describe("read-then-write", () => {
  it("lets in too much when requests come at once", async () => {
    expect(await admitted(true, 90)).toBeGreaterThan(10);
  });

  it("keeps the limit exactly once reading and writing are one script", async () => {
    expect(await admitted(false, 90)).toBe(10);
  });
});
