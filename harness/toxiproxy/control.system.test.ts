import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, createConnection, createServer as createTcpServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Toxiproxy } from "toxiproxy-node-client";
import { afterAll, describe, expect, it } from "vitest";
import { Refusal } from "../refusal.ts";
import { identityOf } from "../system/process-identity.ts";
import { until } from "../system/until.ts";
import { connectToxiproxy } from "./control.ts";
import { startEmbeddedToxiproxy } from "./embedded-toxiproxy.ts";
import { startServer } from "./server.ts";
import { rig } from "./test-rig.ts";

const runFolder = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
afterAll(() => rmSync(runFolder, { recursive: true }));

/** An HTTP server that answers as `answer` says, or never. */
async function foreign(answer: ((url: string) => [number, string]) | null) {
  const server = createServer((request, response) => {
    if (answer === null) return;
    const [status, body] = answer(request.url ?? "");
    response.writeHead(status).end(body);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async [Symbol.asyncDispose]() {
      server.close();
      server.closeAllConnections();
    },
  };
}

describe("the control", () => {
  it("refuses with one sentence what is no Toxiproxy", async () => {
    await using web = await foreign(() => [200, "<html>"]);
    await expect(connectToxiproxy(web.url)).rejects.toBeInstanceOf(Refusal);
    await expect(connectToxiproxy("http://127.0.0.1:1")).rejects.toBeInstanceOf(Refusal);
    await using silent = await foreign(null);
    await expect(connectToxiproxy(silent.url, { deadlineMs: 50 })).rejects.toBeInstanceOf(Refusal);
  });

  it("tells the version of new servers and of old ones", async () => {
    await using server = await startServer({ port: 0, seed: 1 });
    expect(await (await connectToxiproxy(`${server.url}/`)).version()).toBe("2.12.0");
    await using old = await foreign(() => [200, "2.1.4"]);
    expect(await (await connectToxiproxy(old.url)).version()).toBe("2.1.4");
  });

  it("disables, enables, and keeps the address", async () => {
    await using test = await rig();
    const { client } = await test.connect();
    await test.proxy.disable();
    await until(() => client.fate() !== null);
    const refused = createConnection({ host: test.proxy.host, port: test.proxy.port });
    const [error] = await once(refused, "error");
    expect(error.code).toBe("ECONNREFUSED");
    await test.proxy.enable();
    await test.connect();
  });

  it("recognises a type that the server has not", async () => {
    await using test = await rig();
    const unknown = test.proxy.add({ type: "redis_nonsense", stream: "downstream", attributes: {} });
    await expect(unknown).rejects.toMatchObject({ code: "TOXIC_UNKNOWN", status: 400 });
    const bad = test.proxy.add({ type: "latency", stream: "downstream", attributes: { latency: "1" } });
    await expect(bad).rejects.toMatchObject({ code: "CONTROL_REFUSED", status: 400 });
  });

  it("waits no longer than its deadline", async () => {
    let version = true;
    const server = createServer((_, response) => {
      if (version) response.end('{"version": "2.12.0"}\n');
      version = false;
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const control = await connectToxiproxy(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, {
      deadlineMs: 50,
    });
    const hanging = control.createProxy({ name: "a", listen: "127.0.0.1:0", upstream: "a:1" });
    await expect(hanging).rejects.toMatchObject({ code: "CONTROL_DEADLINE" });
    server.close();
    server.closeAllConnections();
  });

  it("removes toxics one by one, all, and twice without harm", async () => {
    await using test = await rig();
    const toxic = await test.proxy.add({ type: "noop", stream: "upstream", attributes: {} });
    await test.proxy.add({ type: "noop", name: "second", stream: "downstream", attributes: {} });
    await toxic.remove();
    await toxic.remove();
    await test.proxy.removeAllToxics();
    expect(await (await fetch(`${test.url}/proxies/test/toxics`)).text()).toBe("[]");
  });

  it("uses a proxy of others and leaves it as it was, with toxics that others add meanwhile", async () => {
    await using test = await rig();
    expect(await test.control.proxyNames()).toEqual(["test"]);
    const used = await test.control.useProxy("test");
    expect(used).toMatchObject({ name: "test", host: test.proxy.host, port: test.proxy.port });
    await used.add({ type: "timeout", stream: "upstream", attributes: {} });
    await used.add({ type: "noop", name: "second", stream: "downstream", attributes: {} });
    await test.proxy.add({ type: "noop", name: "theirs", stream: "downstream", attributes: {} });
    await used.pointTo("127.0.0.1:1");
    await used.disable();
    await used[Symbol.asyncDispose]();
    await used[Symbol.asyncDispose]();
    const toxics = await (await fetch(`${test.url}/proxies/test/toxics`)).json();
    expect(toxics).toMatchObject([{ name: "theirs" }]);
    const { client } = await test.connect();
    client.socket.write("hello");
    await until(() => client.received() === "hello");
  });

  it("restores a proxy of others without deleting it, and removes no toxics but its own", async () => {
    await using test = await rig();
    const used = await test.control.useProxy("test");
    await used.add({ type: "noop", name: "kept", stream: "upstream", attributes: {} });
    await used.disable();
    const unconfirmed = { name: "gatecrash-late", type: "noop", stream: "upstream", attributes: {} };
    await fetch(`${test.url}/proxies/test/toxics`, { method: "POST", body: JSON.stringify(unconfirmed) });
    await used.restore();
    expect(await (await fetch(`${test.url}/proxies/test`)).json()).toMatchObject({
      enabled: false,
      toxics: [{ name: "gatecrash-kept" }],
    });
    await used.enable();
    await used.removeAllToxics();
    await test.proxy.add({ type: "noop", stream: "upstream", attributes: {} });
    await used.removeAllToxics();
    expect(await (await fetch(`${test.url}/proxies/test`)).json()).toMatchObject({
      toxics: [{ type: "noop" }],
    });
  });

  it("refuses a proxy of others that is not there, or broken already", async () => {
    await using test = await rig();
    await expect(test.control.useProxy("tset")).rejects.toThrow(/has no proxy called tset/);
    await test.proxy.add({ type: "noop", name: "theirs", stream: "upstream", attributes: {} });
    await expect(test.control.useProxy("test")).rejects.toThrow(
      /has the toxics theirs already: heal it first/,
    );
    await test.proxy.removeAllToxics();
    await test.proxy.disable();
    await expect(test.control.useProxy("test")).rejects.toThrow(/is switched off already/);
    const gone = await test.control.createProxy({ name: "gone", listen: "127.0.0.1:0", upstream: "a:1" });
    const used = await test.control.useProxy("gone");
    await gone[Symbol.asyncDispose]();
    await used[Symbol.asyncDispose]();
  });

  it("restores a proxy of its own at the same address, with what was added and not removed, switched as it was", async () => {
    await using test = await rig();
    const shown = async () => (await fetch(`${test.url}/proxies/test`)).json();
    const kept = await test.proxy.add({ type: "timeout", stream: "upstream", attributes: {} });
    const gone = await test.proxy.add({ type: "noop", stream: "downstream", attributes: {} });
    await gone.remove();
    await test.proxy.disable();
    await test.proxy.restore();
    expect(await shown()).toMatchObject({ enabled: false, toxics: [{ type: "timeout" }] });
    await test.proxy.enable();
    await kept.remove();
    await test.proxy.restore();
    expect(await shown()).toMatchObject({ enabled: true, toxics: [] });
    const { client } = await test.connect();
    client.socket.write("hello");
    await until(() => client.received() === "hello");
  });

  it("disposes of a proxy whose server has gone", async () => {
    const server = await startServer({ port: 0, seed: 1 });
    const control = await connectToxiproxy(server.url);
    const options = { listen: "127.0.0.1:0", upstream: "a:1" };
    const one = await control.createProxy({ name: "one", ...options });
    const other = await control.createProxy({ name: "other", ...options });
    await one[Symbol.asyncDispose]();
    await one[Symbol.asyncDispose]();
    await server[Symbol.asyncDispose]();
    await other[Symbol.asyncDispose]();
  });
});

describe("toxiproxy-node-client as it is", () => {
  it("drives everything that it can", async () => {
    await using server = await startServer({ port: 0, seed: 1 });
    const client = new Toxiproxy(server.url);
    expect(await client.getVersion()).toBe('{"version": "2.12.0"}\n');
    const body = { name: "redis", listen: "localhost:0", upstream: "somehost:12345", enabled: true };
    const proxy = await client.createProxy(body);
    await expect(client.createProxy(body)).rejects.toThrow("Request failed with status code 409");
    const { listen, upstream } = proxy;
    expect((await proxy.update({ enabled: false, listen, upstream })).enabled).toBe(false);
    const toxic = await proxy.addToxic({
      name: "slow",
      type: "latency",
      stream: "downstream",
      toxicity: 0.5,
      attributes: { latency: 1000, jitter: 100 },
    });
    expect(
      (await toxic.update({ ...toxic.toJson(), attributes: { latency: 5, jitter: 6 } })).attributes,
    ).toEqual({
      latency: 5,
      jitter: 6,
    });
    expect((await proxy.getToxic("slow")).toxicity).toBe(0.5);
    await toxic.remove();
    await expect(proxy.getToxic("slow")).rejects.toThrow("Request failed with status code 404");
    const populated = await client.populate([
      { name: "second", listen: "localhost:0", upstream: "b:1", enabled: true },
    ]);
    expect(Object.keys(populated)).toEqual(["second"]);
    expect(Object.keys(await client.getAll())).toEqual(["redis", "second"]);
    await client.reset();
    expect((await client.get("redis")).enabled).toBe(true);
    await proxy.remove();
    await expect(client.get("redis")).rejects.toThrow("Request failed with status code 404");
  });
});

describe("the control plane under load", () => {
  it("answers every call while clients die with data on its way to them", async () => {
    await using test = await rig({ serve: ({ socket }) => flood(socket) });
    await test.proxy.add({ type: "latency", stream: "downstream", attributes: { latency: 20, jitter: 10 } });
    for (let round = 0; round < 5; round++) {
      const pairs = await Promise.all(Array.from({ length: 10 }, () => stuck(test.proxy)));
      const toxic = await test.proxy.add({
        type: round % 2 === 0 ? "bandwidth" : "slicer",
        stream: "downstream",
        attributes: { rate: 10, average_size: 100 },
      });
      for (const socket of pairs.slice(5)) socket.resetAndDestroy();
      await toxic.remove();
      for (const socket of pairs) socket.destroy();
    }
    await test.proxy.removeAllToxics();
    await test.proxy.disable();
    await test.proxy.enable();
    expect(await test.control.version()).toBe("2.12.0");
  });

  /** Writes without end. */
  function flood(socket: import("node:net").Socket): void {
    const bytes = Buffer.alloc(64 * 1024);
    const more = () => {
      while (!socket.destroyed && socket.write(bytes));
    };
    socket.on("drain", more);
    more();
  }

  /** A client that does not read. */
  async function stuck({ host, port }: { readonly host: string; readonly port: number }) {
    const socket = createConnection({ host, port });
    socket.on("error", () => {});
    await once(socket, "connect");
    return socket.pause();
  }
});

describe("a connection", () => {
  it("is closed as a whole when one side closes its half", async () => {
    await using test = await rig({ serve: () => {} });
    const { client, upstream } = await test.connect();
    client.socket.end("last words");
    await until(() => upstream.fate() === "end" && client.fate() !== null);
    expect(upstream.received()).toBe("last words");
  });

  it("carries megabytes both ways unchanged, with toxics coming and going", async () => {
    await using test = await rig();
    const { client } = await test.connect();
    const text = Array.from({ length: 200_000 }, (_, line) => `${line}\n`).join("");
    client.socket.write(text);
    for (let round = 0; round < 20; round++) {
      const toxic = await test.proxy.add({
        type: ["latency", "bandwidth", "slicer", "noop"][round % 4] ?? "noop",
        stream: round % 3 === 0 ? "upstream" : "downstream",
        attributes: { latency: 3, rate: 1_000, average_size: 5_000, size_variation: 1_000 },
      });
      await toxic.remove();
    }
    await until(() => client.received().length === text.length);
    expect(client.received() === text).toBe(true);
  });
});

describe("a seed", () => {
  /** Which of 30 connections a toxic with a toxicity of a half hits. */
  async function fates(seed: number): Promise<boolean[]> {
    await using test = await rig({ seed });
    await test.proxy.add({ type: "limit_data", stream: "upstream", toxicity: 0.5, attributes: { bytes: 1 } });
    const hit: boolean[] = [];
    for (let connection = 0; connection < 30; connection++) {
      const { client } = await test.connect();
      client.socket.write("hello");
      await until(() => client.fate() !== null || client.received() === "hello");
      hit.push(client.received() !== "hello");
      client.socket.destroy();
    }
    return hit;
  }

  it("decides which connections are hit, and another decides differently", async () => {
    const one = await fates(7);
    expect(await fates(7)).toEqual(one);
    expect(await fates(8)).not.toEqual(one);
    expect(new Set(one)).toEqual(new Set([true, false]));
  });
});

describe("the embedded server", () => {
  it("runs in a process of its own, on a free port, and ends when disposed of", async () => {
    const target = createTcpServer((socket) => socket.pipe(socket)).listen(0, "127.0.0.1");
    await once(target, "listening");
    const embedded = await startEmbeddedToxiproxy({ runFolder, seed: 3 });
    const second = await startEmbeddedToxiproxy({ runFolder });
    expect(second.url).not.toBe(embedded.url);
    await second[Symbol.asyncDispose]();
    const control = await connectToxiproxy(embedded.url);
    const upstream = `127.0.0.1:${(target.address() as AddressInfo).port}`;
    const proxy = await control.createProxy({ name: "a", listen: "127.0.0.1:0", upstream });
    const socket = createConnection({ host: proxy.host, port: proxy.port });
    socket.write("hello");
    expect(String((await once(socket, "data"))[0])).toBe("hello");
    expect(identityOf(embedded.pid)).toBeDefined();
    await embedded[Symbol.asyncDispose]();
    expect(identityOf(embedded.pid)).toBeUndefined();
    await proxy[Symbol.asyncDispose]();
    target.close();
  });
});
