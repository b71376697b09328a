import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { Redis } from "ioredis";
import { describe, expect, inject, it } from "vitest";
import { freePort } from "../system/free-port.ts";
import { tcpRedisProbe } from "./tcp-redis-probe.ts";

const redisUrl = new URL(inject("redisUrl"));
const redisPort = Number(redisUrl.port);

/** What a server that treats its clients so makes of a PING. */
async function asked(treat: (socket: Socket) => void, withinMs = 10_000) {
  const server = createServer((socket) => {
    socket.on("error", () => {});
    treat(socket);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const answer = await tcpRedisProbe("127.0.0.1", port).ask(["PING"], withinMs);
  server.close();
  return answer;
}

describe("a probe over TCP", () => {
  it("reads what Redis answers", async () => {
    const probe = tcpRedisProbe(redisUrl.hostname, redisPort);
    expect(await probe.ask(["PING"], 10_000)).toMatchObject({ kind: "answered", reply: "PONG" });
    const text = "ä\r\n".repeat(100_000);
    expect(await probe.ask(["ECHO", text], 10_000)).toMatchObject({ kind: "answered", reply: text });
    expect(await probe.ask(["EVALSHA"], 10_000)).toMatchObject({
      kind: "error",
      message: expect.stringMatching(/^ERR wrong number of arguments/),
    });
  });

  it("logs in where that is needed, and says if it cannot", async () => {
    const redis = new Redis(redisUrl.href);
    const username = `probe-${randomBytes(6).toString("hex")}`;
    await redis.call("ACL", "SETUSER", username, "on", ">right", "+ping");
    const ask = (password: string) =>
      tcpRedisProbe("127.0.0.1", redisPort, { username, password }).ask(["PING"], 10_000);
    expect(await ask("right")).toMatchObject({ kind: "answered", reply: "PONG" });
    expect(await ask("wrong")).toMatchObject({ kind: "error", message: expect.stringMatching(/^WRONGPASS/) });
    await redis.call("ACL", "DELUSER", username);
    redis.disconnect();
  });

  it("tells a refusal, a close, a reset and silence from each other", async () => {
    expect(await tcpRedisProbe("127.0.0.1", await freePort()).ask(["PING"], 10_000)).toMatchObject({
      kind: "refused",
    });
    expect(await asked((socket) => socket.end())).toMatchObject({ kind: "closed" });
    expect(await asked((socket) => socket.once("data", () => socket.resetAndDestroy()))).toMatchObject({
      kind: "reset",
    });
    expect(await asked(() => {}, 50)).toMatchObject({ kind: "silent" });
    expect(await asked((socket) => socket.write("$100\r\nhalf"), 50)).toMatchObject({ kind: "silent" });
    expect(await asked((socket) => socket.end("$100\r\nhalf"))).toMatchObject({ kind: "closed" });
  });

  it("counts what is no Redis as an error, and a host that is none as refused", async () => {
    expect(await asked((socket) => socket.write("HTTP/1.1 400 Bad Request\r\n\r\n"))).toMatchObject({
      kind: "error",
    });
    expect(await tcpRedisProbe("no-such-host.invalid", 1).ask(["PING"], 10_000)).toMatchObject({
      kind: expect.stringMatching(/refused|silent/),
    });
  });

  it("keeps no connection", async () => {
    const sockets: Socket[] = [];
    await asked((socket) => {
      sockets.push(socket);
      socket.write("+PONG\r\n");
    });
    const [socket] = sockets;
    if (socket !== undefined && !socket.closed) await once(socket.resume(), "close");
    expect(sockets.length).toBe(1);
  });
});
