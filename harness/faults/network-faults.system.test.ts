import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, beforeAll, describe, expect, inject, it, test } from "vitest";
import { givenRedis } from "../system/redis/given-redis.ts";
import type { RedisServer } from "../system/redis-server.ts";
import { type RedisWays, startRedisWays } from "../system/redis-ways.ts";
import { type EmbeddedToxiproxy, startEmbeddedToxiproxy } from "../toxiproxy/embedded-toxiproxy.ts";
import type { Fault } from "./fault.ts";
import type { FaultSite } from "./fault-site.ts";
import { limitData } from "./limit-data.ts";
import { redisBandwidth } from "./redis-bandwidth.ts";
import { redisBlackhole } from "./redis-blackhole.ts";
import { redisDown } from "./redis-down.ts";
import { redisError } from "./redis-error.ts";
import { redisLatency } from "./redis-latency.ts";
import { redisReset } from "./redis-reset.ts";
import { redisSlicer } from "./redis-slicer.ts";
import { replyLost } from "./reply-lost.ts";
import { slowClose } from "./slow-close.ts";

const runFolder = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
let toxiproxy: EmbeddedToxiproxy;
let paths: RedisWays;
let redis: RedisServer;

beforeAll(async () => {
  redis = await givenRedis(inject("redisUrl"));
  toxiproxy = await startEmbeddedToxiproxy({ runFolder, seed: 7 });
  const toxiproxyUrl = toxiproxy.url;
  paths = await startRedisWays({ redisUrl: redis.url, replicas: 3, runFolder, seed: 7, toxiproxyUrl });
});
afterAll(async () => {
  await paths[Symbol.asyncDispose]();
  await toxiproxy[Symbol.asyncDispose]();
  rmSync(runFolder, { recursive: true });
});

function site(replicas: readonly number[]): FaultSite {
  return { replicas, seed: 1, paths: paths.ways, redis, gateways: null, runFolder };
}

/** What is wrong with the proxies, as the server itself tells it. */
async function leftOnProxies(): Promise<unknown[]> {
  const answer = await fetch(`${toxiproxy.url}/proxies`);
  const proxies = (await answer.json()) as Record<string, { enabled: boolean; toxics: unknown[] }>;
  expect(Object.keys(proxies)).toHaveLength(3);
  return Object.values(proxies).flatMap(({ enabled, toxics }) => [
    ...(enabled ? [] : ["disabled"]),
    ...toxics,
  ]);
}

async function ping(replica: number): Promise<string> {
  const answer = await paths.ways[replica]?.probe.ask(["PING"], 5_000);
  return answer?.kind === "answered" ? answer.reply : (answer?.kind ?? "no way");
}

/** A client of that replica that neither retries nor reconnects. */
function clientOf(replica: number, commandTimeout = 60_000): Redis {
  const client = new Redis(paths.url(replica), {
    maxRetriesPerRequest: 0,
    retryStrategy: null,
    commandTimeout,
  });
  client.on("error", () => {});
  return client;
}

const upstream = { stream: "upstream" } as const;
const everyFault: readonly (readonly [Fault, RegExp])[] = [
  [redisDown(), /^PING was refused on replicas 0, 2/],
  [redisLatency({ delayMs: 60 }), /^PING took \d{2,}\.\d.* on replicas 0, 2 \(before: .*\d ms\)/],
  [redisLatency({ delayMs: 60, ...upstream }), /^PING took \d{2,}\.\d/],
  [redisLatency({ delayMs: 200, jitterMs: 200 }), /^PING took .* on replicas 0, 2 /],
  [redisLatency({ delayMs: 200, toxicity: 0.3 }), /^PING took .* of 80 connections/],
  [redisBandwidth({ kilobytesPerSecond: 10 }), /^PING of 2000 bytes took \d{3,}\.\d/],
  [redisBandwidth({ kilobytesPerSecond: 1_000, ...upstream }), /^PING of 200000 bytes took \d{3,}\.\d/],
  [redisBandwidth({ kilobytesPerSecond: 0 }), /^PING of 64 bytes was not answered within 300 ms/],
  [redisBlackhole(), /^ECHO was not answered within 300 ms .*Redis executed 10 of 10/],
  [redisBlackhole(upstream), /^ECHO was not answered within 300 ms .*Redis executed 0 of 10/],
  [redisBlackhole({ toxicity: 0.5 }), /on \d+ of 48 connections; Redis executed 48 of 48/],
  [slowClose({ delayMs: 60 }), /^closing after QUIT took \d{2,}\.\d/],
  [redisReset(), /^the connection of an ECHO was reset .*Redis executed 10 of 10/],
  [redisReset({ afterMs: 50, ...upstream }), /was reset in \d{2,}\.\d.*Redis executed 0 of 10/],
  [redisSlicer({ averageBytes: 20, variationBytes: 4, gapMs: 5 }), /^PING of 960 bytes took \d{3,}\.\d/],
  [redisSlicer({ averageBytes: 20, gapMs: 5, ...upstream }), /^PING of 800 bytes took \d{3,}\.\d/],
  [limitData({ bytes: 10 }), /^the connection of an ECHO of 74 bytes was closed .*Redis executed 10 of 10/],
  [
    limitData({ bytes: 100, ...upstream }),
    /^the connection of an ECHO of 164 bytes was closed .*executed 0 of 10/,
  ],
  [replyLost(), /^ECHO was not answered within 300 ms .*Redis executed 10 of 10/],
  [replyLost({ afterwards: "reset" }), /^the connection of an ECHO was reset .*Redis executed 10 of 10/],
  [replyLost({ commands: ["EVALSHA"] }), /^ECHO was not answered .*Redis executed 10 of 10/],
  [redisError({ error: "OOM" }), /^EVALSHA was answered with "OOM command not allowed/],
  [redisError({ error: "LOADING" }), /^EVALSHA was answered with "LOADING Redis is loading/],
  [redisError({ error: "READONLY" }), /^EVALSHA was answered with "READONLY You can't write/],
  [redisError({ error: "BUSY" }), /^EVALSHA was answered with "BUSY Redis is busy/],
  [redisError({ error: "NOSCRIPT" }), /^EVALSHA was answered with "NOSCRIPT No matching script/],
  [redisError({ error: "OOM", commands: ["SET"] }), /^ECHO was answered with "OOM command not allowed/],
];

describe.for(everyFault)("%o", ([fault, words]) => {
  it(`${fault.legend}: is seen where it aims, and nowhere else, is healed, and leaves nothing`, async () => {
    await using injected = await fault.inject(site([0, 2]));
    const seen = await injected.verify();
    expect(seen).toMatch(words);
    expect(seen).toMatch(/; replica 1 as before$/);
    expect(await ping(1)).toBe("PONG");
    await injected[Symbol.asyncDispose]();
    expect(await injected.verifyHealed()).toMatch(/ took \d.* ms on replicas 0, 2$/);
    expect(await leftOnProxies()).toEqual([]);
    await injected[Symbol.asyncDispose]();
    expect(await Promise.all([0, 1, 2].map(ping))).toEqual(["PONG", "PONG", "PONG"]);
  });
});

const idleFaults: readonly Fault[] = [
  redisLatency({ delayMs: 0 }),
  redisLatency({ delayMs: 60, toxicity: 0 }),
  redisBandwidth({ kilobytesPerSecond: 10_000_000 }),
  redisBlackhole({ toxicity: 0 }),
  slowClose({ delayMs: 0 }),
  redisReset({ toxicity: 0 }),
  redisSlicer({ averageBytes: 1_000_000, gapMs: 5 }),
  limitData({ bytes: 10_000_000 }),
  replyLost({ toxicity: 0 }),
  redisError({ error: "OOM", toxicity: 0 }),
];

test.for(idleFaults)("$legend: nothing is seen of what does nothing", async (fault) => {
  await using injected = await fault.inject(site([0, 1, 2]));
  expect(await injected.verify()).toBeNull();
});

describe("what a client of an affected replica goes through", () => {
  it("down: what was connected is cut, and nobody connects", async () => {
    const client = clientOf(0);
    await client.ping();
    const closed = new Promise((resolve) => client.once("close", resolve));
    await using _ = await redisDown().inject(site([0]));
    await closed;
    await expect(clientOf(0).ping()).rejects.toThrow();
    expect(await ping(0)).toBe("refused");
  });

  it("reset: a connection from before is reset too, by RST", async () => {
    const client = clientOf(0);
    const errors: string[] = [];
    client.on("error", (error: NodeJS.ErrnoException) => errors.push(error.code ?? error.message));
    await client.ping();
    await using _ = await redisReset().inject(site([0]));
    await expect(client.ping()).rejects.toThrow();
    expect(errors).toContain("ECONNRESET");
  });

  it.for([
    ["upstream", redisBlackhole(upstream), null],
    ["downstream", redisBlackhole(), "1"],
    ["a reply that is lost", replyLost(), "1"],
  ] as const)(
    "black hole, %s: Redis has executed it or not, and the client does not know",
    async ([kind, fault, expected]) => {
      const key = `network-faults:${kind}:${process.pid}`;
      const direct = new Redis(redis.url);
      const client = clientOf(0, 300);
      await client.ping();
      await using injected = await fault.inject(site([0]));
      await expect(client.incr(key)).rejects.toThrow(/timed out/);
      expect(await direct.get(key)).toBe(expected);
      await injected[Symbol.asyncDispose]();
      await direct.del(key);
      for (const one of [client, direct]) one.disconnect();
    },
  );

  it("an error: writes fail in Redis's words and do not reach it, and the connection goes on", async () => {
    const key = `network-faults:error:${process.pid}`;
    const client = clientOf(0);
    await client.ping();
    await using injected = await redisError({ error: "READONLY" }).inject(site([0]));
    await expect(client.incr(key)).rejects.toThrow("READONLY You can't write against a read only replica.");
    expect(await client.get(key)).toBeNull();
    await injected[Symbol.asyncDispose]();
    expect(await client.incr(key)).toBe(1);
    await client.del(key);
    client.disconnect();
  });
});

describe("faults together", () => {
  it("begin at once on different replicas, and each is seen", async () => {
    const [late, down] = await Promise.all(
      [redisLatency({ delayMs: 60 }).inject(site([0])), redisDown().inject(site([1]))].map(
        async (injecting) => {
          await using injected = await injecting;
          return { injected, seen: await injected.verify() };
        },
      ),
    );
    expect(late?.seen).toMatch(/^PING took .* on replica 0 /);
    expect(down?.seen).toMatch(/^PING was refused on replica 1 /);
    await down?.injected[Symbol.asyncDispose]();
    expect(await down?.injected.verifyHealed()).toMatch(/on replica 1$/);
    await late?.injected[Symbol.asyncDispose]();
    expect(await late?.injected.verifyHealed()).toMatch(/on replica 0$/);
    expect(await leftOnProxies()).toEqual([]);
  });

  it("of the same kind add up, and heal one by one", async () => {
    await using first = await redisLatency({ delayMs: 60 }).inject(site([0]));
    expect(await first.verify()).not.toBeNull();
    await using second = await redisLatency({ delayMs: 200 }).inject(site([0]));
    expect(await second.verify()).toMatch(/^PING took \d{3,}\.\d/);
    await first[Symbol.asyncDispose]();
    expect(await first.verifyHealed()).toBeNull();
    await second[Symbol.asyncDispose]();
    expect([await first.verifyHealed(), await second.verifyHealed()]).not.toContain(null);
  });

  it("a replica that two faults hold down is up when both are healed", async () => {
    await using first = await redisDown().inject(site([0]));
    await first.verify();
    await using second = await redisDown().inject(site([0]));
    expect(await second.verify()).toBeNull();
    await first[Symbol.asyncDispose]();
    expect(await ping(0)).toBe("refused");
    await second[Symbol.asyncDispose]();
    expect(await ping(0)).toBe("PONG");
  });
});

describe("what is not as it should be", () => {
  it("an effect beside the aim is no proof, and the log says where it was", async () => {
    await using injected = await redisLatency({ delayMs: 60 }).inject(site([0]));
    const beside = await paths.ways[1]?.proxy.add({
      type: "latency",
      stream: "downstream",
      attributes: { latency: 60 },
    });
    expect(await injected.verify()).toBeNull();
    await Promise.all([beside?.remove(), injected[Symbol.asyncDispose]()]);
    expect(readFileSync(join(runFolder, "logs", "faults.log"), "utf8")).toContain(
      "redis-latency is seen on replica 1 too, where it does not aim",
    );
  });

  it("what somebody else has healed already is not seen, and healing it is no error", async () => {
    await using injected = await redisLatency({ delayMs: 60 }).inject(site([0]));
    await paths.ways[0]?.proxy.removeAllToxics();
    expect(await injected.verify()).toBeNull();
    await injected[Symbol.asyncDispose]();
    expect(await injected.verifyHealed()).not.toBeNull();
  });

  it("where one of the replicas cannot be broken, none stays broken", async () => {
    const [first, second, third] = paths.ways;
    if (first === undefined || second === undefined || third === undefined) expect.fail("three ways");
    const refuses = { ...second.proxy, add: () => Promise.reject(new Error("no room")) };
    const ways = [first, { ...second, proxy: refuses }, third];
    await expect(redisLatency({ delayMs: 60 }).inject({ ...site([0, 1, 2]), paths: ways })).rejects.toThrow(
      "no room",
    );
    expect(await leftOnProxies()).toEqual([]);
    expect(await Promise.all([0, 1, 2].map(ping))).toEqual(["PONG", "PONG", "PONG"]);
  });

  it("a replica without a proxy cannot be aimed at", async () => {
    await expect(redisDown().inject(site([0, 3]))).rejects.toThrow("not all have a proxy");
  });

  it("numbers that make no sense are refused at once", () => {
    expect(() => redisLatency({ delayMs: -1 })).toThrow(RangeError);
    expect(() => redisLatency({ delayMs: 10, jitterMs: 20 })).toThrow(RangeError);
    expect(() => redisBlackhole({ toxicity: 1.5 })).toThrow(RangeError);
    expect(() => redisSlicer({ averageBytes: 0, gapMs: 1 })).toThrow(RangeError);
  });
});
