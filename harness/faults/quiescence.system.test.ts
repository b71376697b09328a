import { once } from "node:events";
import { connect } from "node:net";
import { Redis } from "ioredis";
import { describe, expect, inject, it } from "vitest";
import { freePort } from "../system/free-port.ts";
import { harnessConnection } from "./ask-directly.ts";
import { type Connections, quiescence } from "./quiescence.ts";

const redisUrl = inject("redisUrl");

async function idOf(redis: Redis): Promise<number> {
  return Number(await redis.client("ID"));
}

async function now(watch: ReturnType<typeof quiescence>): Promise<Connections> {
  return (await watch.connectionsNow()) ?? expect.fail("Redis does not say");
}

describe("the watch over connections", () => {
  it("lists those that are not the harness's own", async () => {
    const client = new Redis(redisUrl);
    const sampler = new Redis(redisUrl, { connectionName: `${harnessConnection}-clock` });
    const known = new Redis(redisUrl);
    const watch = quiescence(redisUrl, { ownIds: new Set([await idOf(known)]) });
    const { ids } = await now(watch);
    expect(ids.has(await idOf(client))).toBe(true);
    expect(ids.has(await idOf(sampler))).toBe(false);
    expect(ids.has(await idOf(known))).toBe(false);
    for (const redis of [client, sampler, known]) redis.disconnect();
  });

  it("sees whoever had connected before, even in a moment when Redis accepts nobody", async () => {
    const busy = new Redis(redisUrl);
    await busy.ping();
    const sleeping = busy.call("DEBUG", "SLEEP", "0.3");
    const { hostname, port } = new URL(redisUrl);
    const sockets = Array.from({ length: 5 }, () => connect(Number(port), hostname));
    await Promise.all(sockets.map((socket) => once(socket, "connect")));
    const { ids } = await now(quiescence(redisUrl));
    for (const socket of sockets) {
      socket.write("CLIENT ID\r\n");
      const [reply] = await once(socket, "data");
      expect(ids.has(Number(String(reply).slice(1)))).toBe(true);
      socket.destroy();
    }
    await sleeping;
    busy.disconnect();
  });

  it("says when all of them are gone, and does not wait for later ones", async () => {
    const client = new Redis(redisUrl);
    const id = await idOf(client);
    const watch = quiescence(redisUrl);
    const connections = { ...(await now(watch)), ids: new Set([id]) };
    const later = new Redis(redisUrl);
    await later.ping();
    const gone = watch.untilGone(connections, 20_000);
    client.disconnect();
    expect(await gone).toBe(true);
    later.disconnect();
  });

  it("says if one stays", async () => {
    const client = new Redis(redisUrl);
    const watch = quiescence(redisUrl);
    const connections = { ...(await now(watch)), ids: new Set([await idOf(client)]) };
    expect(await watch.untilGone(connections, 50)).toBe(false);
    client.disconnect();
  });

  it("knows that those of another life of Redis are gone, whatever their numbers are now", async () => {
    const client = new Redis(redisUrl);
    const ids = new Set([await idOf(client)]);
    expect(await quiescence(redisUrl).untilGone({ runId: "another life", ids }, 0)).toBe(true);
    client.disconnect();
  });

  it("says that it does not know where no Redis answers", async () => {
    const watch = quiescence(`redis://127.0.0.1:${await freePort()}`, { patienceMs: 200 });
    expect(await watch.connectionsNow()).toBeNull();
    expect(await watch.untilGone({ runId: "gone", ids: new Set([1]) }, 50)).toBe(false);
  });
});
