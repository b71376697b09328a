import { randomUUID } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis, type RedisOptions } from "ioredis";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { provideRedis } from "../system/provide-redis.ts";
import type { RedisServer } from "../system/redis-server.ts";
import { until } from "../system/until.ts";
import { type ControlledProxy, connectToxiproxy } from "./control.ts";
import { startServer } from "./server.ts";

const runFolder = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
let server: RedisServer;
let direct: Redis;
beforeAll(async () => {
  // One of our own: it is driven into every trouble.
  server = await provideRedis({ system: "local", runFolder, onProgress() {} });
  direct = new Redis(server.url);
});
afterAll(async () => {
  direct.disconnect();
  await server[Symbol.asyncDispose]();
  rmSync(runFolder, { recursive: true });
});

const increment = "return redis.call('INCR', KEYS[1])";

interface Proxied extends AsyncDisposable {
  readonly proxy: ControlledProxy;
  /** A client through the proxy. */
  readonly redis: Redis;
  readonly key: string;
}

type ProxiedOptions = Pick<
  RedisOptions,
  "lazyConnect" | "connectionName" | "db" | "protocol" | "commandTimeout" | "maxRetriesPerRequest"
>;

async function proxied(options: ProxiedOptions = {}): Promise<Proxied> {
  await using stack = new AsyncDisposableStack();
  const toxiproxy = stack.use(await startServer({ port: 0, seed: 1 }));
  const control = await connectToxiproxy(toxiproxy.url);
  const proxy = stack.use(
    await control.createProxy({ name: "redis", listen: "127.0.0.1:0", upstream: new URL(server.url).host }),
  );
  const redis = new Redis(proxy.port, proxy.host, { maxRetriesPerRequest: 0, ...options });
  redis.on("error", () => {});
  stack.defer(() => redis.disconnect());
  const owned = stack.move();
  return { proxy, redis, key: randomUUID(), [Symbol.asyncDispose]: () => owned.disposeAsync() };
}

/** What `call` is refused with; fails if it is not. */
async function refusal(call: Promise<unknown>): Promise<string> {
  return call.then(
    (reply) => expect.fail(`it was answered: ${reply}`),
    (error: Error) => error.message,
  );
}

const inTrouble = {
  async NOSCRIPT() {
    return refusal(direct.evalsha("f".repeat(40), 0));
  },
  async OOM() {
    await direct.config("SET", "maxmemory", "1");
    const said = await refusal(direct.set("full", "1"));
    await direct.config("SET", "maxmemory", "0");
    return said;
  },
  async READONLY() {
    await direct.replicaof("127.0.0.1", "1");
    const said = await refusal(direct.set("replica", "1"));
    await direct.replicaof("NO", "ONE");
    return said;
  },
  async BUSY() {
    await direct.config("SET", "lua-time-limit", "1");
    const other = direct.duplicate();
    const running = refusal(other.eval("while true do end", 0));
    const said = await new Promise<string>((resolve) => {
      const ask = () =>
        direct.get("busy").then(
          () => setTimeout(ask, 5),
          (error: Error) => resolve(error.message),
        );
      void ask();
    });
    await direct.script("KILL");
    await running;
    other.disconnect();
    await direct.config("SET", "lua-time-limit", "5000");
    return said;
  },
} as const;

describe("redis_error", () => {
  it.each(Object.entries(inTrouble))("%s is what a real Redis says", async (error, real) => {
    await using test = await proxied();
    await test.redis.ping();
    await test.proxy.add({ type: "redis_error", stream: "downstream", attributes: { error } });
    const sha = String(await direct.script("LOAD", increment));
    expect(await refusal(test.redis.evalsha(sha, 1, test.key))).toBe(await real());
    expect(await direct.exists(test.key)).toBe(0);
  });

  it("lets a new connection come up, and refuses its commands", async () => {
    await using test = await proxied({ lazyConnect: true, connectionName: "named", db: 1, protocol: 3 });
    await test.proxy.add({ type: "redis_error", stream: "upstream", attributes: { error: "LOADING" } });
    await test.redis.connect();
    expect(await refusal(test.redis.get("a"))).toMatch(/^LOADING/);
  });

  it("in the middle of a pipeline under way keeps the order of all replies", async () => {
    await using test = await proxied({ maxRetriesPerRequest: null });
    await test.redis.ping();
    const outcomes: Promise<string>[] = [];
    const ask = (word: string) =>
      test.redis.eval("return ARGV[1]", 0, word).then(
        (reply) => (reply === word ? "answered" : `mixed up: ${reply}`),
        (error: Error) => error.message.split(" ")[0] ?? "",
      );
    let changes = 0;
    const attributes = { error: "OOM", commands: ["eval"] };
    // Nothing is awaited: hundreds of commands are under way each time that it comes or goes.
    const changing = (async () => {
      for (; changes < 5; changes++) {
        const toxic = await test.proxy.add({ type: "redis_error", stream: "downstream", attributes });
        await toxic.remove();
      }
    })();
    while (changes < 5) {
      for (let index = 0; index < 50; index++) outcomes.push(ask(String(outcomes.length)));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await changing;
    expect(new Set(await Promise.all(outcomes))).toEqual(new Set(["answered", "OOM"]));
  });

  it("refuses only the commands that it names", async () => {
    await using test = await proxied();
    await test.proxy.add({
      type: "redis_error",
      stream: "downstream",
      attributes: { error: "BUSY", commands: ["evalsha", "EVAL"] },
    });
    expect(await test.redis.incr(test.key)).toBe(1);
    expect(await refusal(test.redis.eval(increment, 1, test.key))).toMatch(/^BUSY/);
    expect(await test.redis.get(test.key)).toBe("1");
  });

  it("fails a transaction as a whole, as Redis does", async () => {
    await using test = await proxied();
    await test.proxy.add({ type: "redis_error", stream: "downstream", attributes: { error: "OOM" } });
    const failed = await refusal(test.redis.multi().get(test.key).set(test.key, "1").exec());
    expect(failed).toMatch(/^EXECABORT/);
    expect(await test.redis.get(test.key)).toBeNull();
    expect(await direct.exists(test.key)).toBe(0);
  });
});

describe("redis_reply_lost", () => {
  it("has the command executed, and its reply never comes", async () => {
    await using test = await proxied({ commandTimeout: 200, maxRetriesPerRequest: null });
    await test.redis.ping();
    await test.proxy.add({
      type: "redis_reply_lost",
      stream: "downstream",
      attributes: { commands: ["EVAL"] },
    });
    expect(await test.redis.incr(test.key)).toBe(1);
    expect(await refusal(test.redis.eval(increment, 1, test.key))).toMatch(/timed out/i);
    expect(await direct.get(test.key)).toBe("2");
  });

  it("resets instead, once the command was executed", async () => {
    await using test = await proxied();
    await test.redis.ping();
    await test.proxy.add({
      type: "redis_reply_lost",
      stream: "downstream",
      attributes: { afterwards: "reset", commands: ["EVAL"] },
    });
    await refusal(test.redis.eval(increment, 1, test.key));
    expect(await direct.get(test.key)).toBe("1");
  });

  it("as it is removed closes the connections that lost a reply, and only them", async () => {
    await using test = await proxied();
    await using other = await proxied();
    await other.redis.ping();
    await test.redis.ping();
    const closed = new Promise((resolve) => test.redis.once("close", resolve));
    const toxic = await test.proxy.add({ type: "redis_reply_lost", stream: "downstream", attributes: {} });
    const lost = refusal(test.redis.incr(test.key));
    await until(async () => (await direct.get(test.key)) === "1");
    await toxic.remove();
    await closed;
    await lost;
    await until(() => test.redis.status === "ready");
    expect(await test.redis.incr(test.key)).toBe(2);
    expect(other.redis.status).toBe("ready");
  });
});
