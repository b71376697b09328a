import { describe, expect, it } from "vitest";
import { until } from "../system/until.ts";
import { type Peer, type Rig, rig } from "./test-rig.ts";

/** Milliseconds until `peer` has received `text` in all. */
async function timeUntil(peer: Peer, text: string): Promise<number> {
  const startMs = performance.now();
  await until(() => peer.received() === text, { everyMs: 1 });
  return performance.now() - startMs;
}

/** A round trip through everything, so that all that was written before has passed. */
async function echoed({ client }: { client: Peer }, text: string): Promise<number> {
  const before = client.received();
  client.socket.write(text);
  return timeUntil(client, before + text);
}

const everyType = [
  ["latency", { latency: 1, jitter: 1 }],
  ["bandwidth", { rate: 1000 }],
  ["slow_close", { delay: 1 }],
  ["timeout", { timeout: 60_000 }],
  ["slicer", { average_size: 3, size_variation: 1, delay: 1 }],
  ["limit_data", { bytes: 1_000_000 }],
  ["reset_peer", { timeout: 60_000 }],
  ["noop", {}],
  ["redis_error", { error: "OOM" }],
  ["redis_reply_lost", {}],
] as const;

describe("every toxic", () => {
  it.each(everyType)("%s comes and goes on a live connection that is idle", async (type, attributes) => {
    await using test = await rig();
    const pair = await test.connect();
    await echoed(pair, "before");
    for (const stream of ["upstream", "downstream"] as const) {
      const toxic = await test.proxy.add({ type, stream, attributes });
      expect(toxic.name).toBe(`${type}_${stream}`);
      await toxic.remove();
    }
    if (type === "timeout") await until(() => pair.client.fate() !== null && pair.upstream.fate() !== null);
    else await echoed(pair, "after");
  });

  it.each(everyType)("%s with a toxicity of 0 does nothing", async (type, attributes) => {
    await using test = await rig();
    for (const stream of ["upstream", "downstream"] as const) {
      await test.proxy.add({ type, stream, attributes, toxicity: 0 });
    }
    const pair = await test.connect();
    await echoed(pair, "hello");
    expect(pair.client.chunks).toEqual([5]);
  });

  it.each(
    everyType
      .filter(([type]) => !type.startsWith("redis"))
      .flatMap(([type, attributes]) =>
        [-1, 0, 2 ** 31, Number.MAX_SAFE_INTEGER, -Number.MAX_SAFE_INTEGER].map(
          (absurd) => [type, absurd, attributes] as const,
        ),
      ),
  )("%s survives attributes of %d", async (type, absurd, attributes) => {
    await using test = await rig();
    const absurdly = Object.fromEntries(Object.keys(attributes).map((name) => [name, absurd]));
    await test.proxy.add({ type, stream: "upstream", attributes: absurdly });
    const { client } = await test.connect();
    client.socket.write("x".repeat(100_000));
    client.socket.end();
    await test.proxy.removeAllToxics();
    await until(() => client.fate() !== null || client.socket.destroyed);
    await echoed(await test.connect(), "still here");
  });
});

describe("latency", () => {
  it("delays each way on its own, and two of them add up", async () => {
    await using test = await rig();
    await test.proxy.add({ type: "latency", stream: "upstream", attributes: { latency: 40 } });
    await test.proxy.add({ type: "latency", stream: "downstream", attributes: { latency: 40 } });
    await test.proxy.add({
      type: "latency",
      name: "more",
      stream: "downstream",
      attributes: { latency: 40 },
    });
    const pair = await test.connect();
    for (const text of ["a", "b"]) expect(await echoed(pair, text)).toBeGreaterThanOrEqual(119);
  });

  it("delays a stream, and does not slow it down", async () => {
    await using test = await rig();
    await test.proxy.add({ type: "latency", stream: "downstream", attributes: { latency: 100 } });
    const { client, upstream } = await test.connect();
    const startMs = performance.now();
    for (let chunk = 0; chunk < 20; chunk++) {
      upstream.socket.write(`${chunk},`);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await timeUntil(client, Array.from({ length: 20 }, (_, chunk) => `${chunk},`).join(""));
    // One after the other they would take two seconds.
    expect(performance.now() - startMs).toBeLessThan(1_500);
  });

  it("holds the end of the stream behind the data", async () => {
    await using test = await rig();
    await test.proxy.add({ type: "latency", stream: "downstream", attributes: { latency: 80 } });
    const { client, upstream } = await test.connect();
    upstream.socket.end("bye");
    await until(() => client.fate() === "end");
    expect(client.received()).toBe("bye");
  });

  it("releases what it holds as it is removed", async () => {
    await using test = await rig();
    const toxic = await test.proxy.add({
      type: "latency",
      stream: "downstream",
      attributes: { latency: 3_600_000 },
    });
    const { client, upstream } = await test.connect();
    upstream.socket.write("held");
    client.socket.write("through");
    await until(() => upstream.received() === "through");
    expect(client.received()).toBe("");
    await toxic.remove();
    await until(() => client.received() === "heldthrough");
  });
});

describe("bandwidth", () => {
  it("lets no more through than its rate", async () => {
    await using test = await rig({ serve: ({ socket }) => void socket.write("x".repeat(40_000)) });
    await test.proxy.add({ type: "bandwidth", stream: "downstream", attributes: { rate: 100 } });
    const startMs = performance.now();
    const { client } = await test.connect();
    await until(() => client.received().length === 40_000);
    expect(performance.now() - startMs).toBeGreaterThanOrEqual(380);
  });

  it("with a rate of 0 holds everything back, until it is removed", async () => {
    await using test = await rig();
    const toxic = await test.proxy.add({ type: "bandwidth", stream: "downstream", attributes: {} });
    const { client, upstream } = await test.connect();
    client.socket.write("x".repeat(200_000));
    await until(() => upstream.received().length === 200_000);
    expect(client.received()).toBe("");
    await toxic.remove();
    await until(() => client.received().length === 200_000);
  });
});

describe("slow_close", () => {
  it("closes late, and lets data pass at once", async () => {
    await using test = await rig();
    await test.proxy.add({ type: "slow_close", stream: "downstream", attributes: { delay: 100 } });
    const { client, upstream } = await test.connect();
    upstream.socket.end("bye");
    await until(() => client.received() === "bye", { everyMs: 1 });
    const startMs = performance.now();
    expect(client.fate()).toBeNull();
    await until(() => client.fate() === "end");
    expect(performance.now() - startMs).toBeGreaterThan(50);
  });
});

describe("timeout", () => {
  it("drops everything and closes both sides in time, even under steady traffic", async () => {
    await using test = await rig();
    await test.proxy.add({ type: "timeout", stream: "upstream", attributes: { timeout: 100 } });
    const { client, upstream } = await test.connect();
    const traffic = setInterval(() => client.socket.write("x"), 5);
    await until(() => client.fate() !== null && upstream.fate() === "end").finally(() =>
      clearInterval(traffic),
    );
    expect(upstream.received()).toBe("");
  });

  it("with 0 is a black hole; its removal closes, since bytes were lost", async () => {
    await using test = await rig();
    const toxic = await test.proxy.add({ type: "timeout", stream: "downstream", attributes: { timeout: 0 } });
    const { client, upstream } = await test.connect();
    client.socket.write("executed, but never answered");
    await until(() => upstream.received() !== "");
    await toxic.remove();
    await until(() => client.fate() === "end" && upstream.fate() !== null);
    expect(client.received()).toBe("");
  });
});

describe("slicer", () => {
  it("sends the same bytes in small pieces", async () => {
    await using test = await rig();
    await test.proxy.add({
      type: "slicer",
      stream: "downstream",
      attributes: { average_size: 10, size_variation: 5, delay: 1_000 },
    });
    const pair = await test.connect();
    await echoed(pair, "0123456789".repeat(20));
    // Two may arrive together on a busy machine.
    expect(pair.client.chunks.length).toBeGreaterThan(5);
  });
});

describe("limit_data", () => {
  it("passes exactly so many bytes on each connection, and closes", async () => {
    await using test = await rig();
    await test.proxy.add({ type: "limit_data", stream: "downstream", attributes: { bytes: 7 } });
    for (let connection = 0; connection < 2; connection++) {
      const { client } = await test.connect();
      client.socket.write("hello");
      await until(() => client.received() === "hello");
      client.socket.write("world");
      await until(() => client.fate() === "end");
      expect(client.received()).toBe("hellowo");
    }
  });

  it("counts on through an update", async () => {
    await using test = await rig();
    const toxic = await test.proxy.add({
      type: "limit_data",
      stream: "downstream",
      attributes: { bytes: 1_000 },
    });
    const { client } = await test.connect();
    client.socket.write("hello");
    await until(() => client.received() === "hello");
    await patch(test, `/toxics/${toxic.name}`, { attributes: { bytes: 6 } });
    client.socket.write("world");
    await until(() => client.fate() === "end");
    expect(client.received()).toBe("hellow");
  });
});

describe("reset_peer", () => {
  it.each(["upstream", "downstream"] as const)("%s resets a connection opened before it", async (stream) => {
    await using test = await rig();
    const pair = await test.connect();
    await echoed(pair, "before");
    await test.proxy.add({ type: "reset_peer", stream, attributes: { timeout: 0 } });
    pair.client.socket.write("now");
    await until(() => pair.client.fate() === "ECONNRESET" && pair.upstream.fate() === "ECONNRESET");
  });

  it("waits for data", async () => {
    await using test = await rig();
    const idle = await test.connect();
    const busy = await test.connect();
    await test.proxy.add({ type: "reset_peer", stream: "downstream", attributes: {} });
    busy.client.socket.write("now");
    await until(() => busy.client.fate() === "ECONNRESET");
    expect(idle.client.fate()).toBeNull();
  });
});

async function patch(test: Rig, path: string, body: unknown): Promise<void> {
  const response = await fetch(`${test.url}/proxies/${test.proxy.name}${path}`, {
    method: "PATCH",
    body: JSON.stringify(body),
  });
  expect(response.ok).toBe(true);
}
