import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, inject, test } from "vitest";
import { givenRedis } from "../system/redis/given-redis.ts";
import { type RedisWays, startRedisWays } from "../system/redis-ways.ts";
import { until } from "../system/until.ts";
import { startEmbeddedToxiproxy } from "../toxiproxy/embedded-toxiproxy.ts";
import type { FaultSite } from "./fault-site.ts";
import { redisDown } from "./redis-down.ts";
import { redisLatency } from "./redis-latency.ts";

const runFolder = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
afterAll(() => rmSync(runFolder, { recursive: true }));

async function start(toxiproxyUrl: string): Promise<{ paths: RedisWays; site: FaultSite }> {
  const redis = await givenRedis(inject("redisUrl"));
  const paths = await startRedisWays({ redisUrl: redis.url, replicas: 2, runFolder, seed: 1, toxiproxyUrl });
  return {
    paths,
    site: { replicas: [0, 1], seed: 1, paths: paths.ways, redis, gateways: null, runFolder },
  };
}

/** Toxiproxy's known dead-lock from outside: the calls that `hangs` names are never answered, the rest goes on. */
async function relay(
  url: string,
  hangs: (call: string) => boolean,
): Promise<{ readonly server: Server; readonly url: string; readonly hung: string[] }> {
  const hung: string[] = [];
  const server = createServer(async (request, response: ServerResponse) => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const call = `${request.method} ${request.url}`;
    if (hangs(call)) {
      hung.push(call);
      return;
    }
    const body = Buffer.concat(chunks);
    const answer = await fetch(`${url}${request.url}`, {
      method: request.method ?? "GET",
      ...(body.length > 0 ? { body } : {}),
    });
    response.writeHead(answer.status, { "content-type": answer.headers.get("content-type") ?? "text/plain" });
    response.end(Buffer.from(await answer.arrayBuffer()));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, hung };
}

async function pings({ ways }: RedisWays): Promise<string[]> {
  const answers = await Promise.all(ways.map(({ probe }) => probe.ask(["PING"], 5_000)));
  return answers.map(({ kind }) => kind);
}

test.for([
  ["the removal of toxics", redisLatency({ delayMs: 60 }), "DELETE /proxies/[^/]+/toxics/"],
  ["the switch of a proxy", redisDown(), "POST /proxies/[^/]+$"],
] as const)("where %s hangs, the proxy is made anew", async ([, fault, pattern]) => {
  await using toxiproxy = await startEmbeddedToxiproxy({ runFolder, seed: 1 });
  let isHanging = false;
  const hanging = await relay(toxiproxy.url, (call) => isHanging && new RegExp(pattern).test(call));
  const { paths, site } = await start(hanging.url);
  const injected = await fault.inject(site);
  expect(await injected.verify()).not.toBeNull();
  isHanging = true;
  await injected[Symbol.asyncDispose]();
  expect(hanging.hung).toHaveLength(2);
  expect(await injected.verifyHealed()).not.toBeNull();
  expect(await pings(paths)).toEqual(["answered", "answered"]);
  await paths[Symbol.asyncDispose]();
  hanging.server.closeAllConnections();
  hanging.server.close();
});

test("where an injection is not confirmed in time, nothing of it stays", async () => {
  await using toxiproxy = await startEmbeddedToxiproxy({ runFolder, seed: 1 });
  let isLate = false;
  const late = await relay(toxiproxy.url, (call) => {
    const isInjection = isLate && /^POST \/proxies\/[^/]+-1\/toxics$/.test(call);
    // It is done all the same, but its answer never comes.
    if (isInjection)
      void fetch(`${toxiproxy.url}${call.slice("POST ".length)}`, {
        method: "POST",
        body: JSON.stringify({ type: "latency", attributes: { latency: 60 } }),
      });
    return isInjection;
  });
  const { paths, site } = await start(late.url);
  isLate = true;
  await expect(redisLatency({ delayMs: 60 }).inject(site)).rejects.toMatchObject({
    code: "CONTROL_DEADLINE",
  });
  const proxies = (await (await fetch(`${toxiproxy.url}/proxies`)).json()) as Record<
    string,
    { enabled: boolean; toxics: unknown[] }
  >;
  expect(Object.values(proxies)).toMatchObject([
    { enabled: true, toxics: [] },
    { enabled: true, toxics: [] },
  ]);
  expect(await pings(paths)).toEqual(["answered", "answered"]);
  await paths[Symbol.asyncDispose]();
  late.server.closeAllConnections();
  late.server.close();
});

test("a Toxiproxy that is frozen for a while is healed as soon as it goes on", async () => {
  await using toxiproxy = await startEmbeddedToxiproxy({ runFolder, seed: 1 });
  const { paths, site } = await start(toxiproxy.url);
  const injected = await redisLatency({ delayMs: 60 }).inject(site);
  expect(await injected.verify()).not.toBeNull();
  process.kill(toxiproxy.pid, "SIGSTOP");
  // Longer than the deadline of one control call.
  setTimeout(() => process.kill(toxiproxy.pid, "SIGCONT"), 3_000);
  await injected[Symbol.asyncDispose]();
  expect(await injected.verifyHealed()).not.toBeNull();
  expect(await pings(paths)).toEqual(["answered", "answered"]);
  await paths[Symbol.asyncDispose]();
});

test("a Toxiproxy that stays frozen keeps nobody waiting for ever: it is not seen to be healed, and the log says why", async () => {
  await using toxiproxy = await startEmbeddedToxiproxy({ runFolder, seed: 1 });
  const { paths, site } = await start(toxiproxy.url);
  const injected = await redisLatency({ delayMs: 60 }).inject(site);
  process.kill(toxiproxy.pid, "SIGSTOP");
  await injected[Symbol.asyncDispose]();
  expect(await injected.verifyHealed()).toBeNull();
  expect(readFileSync(join(runFolder, "logs", "faults.log"), "utf8")).toMatch(
    /redis-latency could not be healed on replica 0: .*did not answer/,
  );
  await paths[Symbol.asyncDispose]();
  process.kill(toxiproxy.pid, "SIGCONT");
});

test("a Toxiproxy that has died is not healed, at once", async () => {
  await using toxiproxy = await startEmbeddedToxiproxy({ runFolder, seed: 1 });
  const { paths, site } = await start(toxiproxy.url);
  const injected = await redisLatency({ delayMs: 60 }).inject(site);
  await toxiproxy[Symbol.asyncDispose]();
  await injected[Symbol.asyncDispose]();
  expect(await injected.verifyHealed()).toBeNull();
  await until(async () => (await pings(paths)).every((kind) => kind === "refused"));
  await paths[Symbol.asyncDispose]();
});
