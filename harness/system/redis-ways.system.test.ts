import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Redis } from "ioredis";
import { afterAll, expect, inject, test } from "vitest";
import { Refusal } from "../refusal.ts";
import { startEmbeddedToxiproxy } from "../toxiproxy/embedded-toxiproxy.ts";
import { freePort } from "./free-port.ts";
import { startRedisWays } from "./redis-ways.ts";
import { until } from "./until.ts";

const redisUrl = inject("redisUrl");
const runFolder = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
afterAll(() => rmSync(runFolder, { recursive: true }));
const options = { redisUrl, replicas: 2, runFolder, seed: 1 };

async function proxyNames(toxiproxyUrl: string): Promise<string[]> {
  return Object.keys((await (await fetch(`${toxiproxyUrl}/proxies`)).json()) as object);
}

test("each replica has a way of its own, with a Toxiproxy of ours that ends with them", async () => {
  const paths = await startRedisWays(options);
  expect(paths.origin).toMatch(/^embedded Toxiproxy \d+\.\d+/);
  expect(paths.knowsRedisToxics).toBe(true);
  expect(new Set([0, 1].map(paths.url)).size).toBe(2);
  expect(() => paths.url(2)).toThrow(RangeError);
  await paths.ways[0]?.proxy.disable();
  const [first, second] = await Promise.all(paths.ways.map(({ probe }) => probe.ask(["PING"], 5_000)));
  expect(first).toMatchObject({ kind: "refused" });
  expect(second).toMatchObject({ kind: "answered", reply: "PONG" });
  await paths[Symbol.asyncDispose]();
  expect(await paths.ways[1]?.probe.ask(["PING"], 5_000)).toMatchObject({ kind: "refused" });
  expect(readFileSync(join(runFolder, "logs", "toxiproxy.log"), "utf8")).toContain("POST /proxies");
});

test("user, password and database stay as they are without a proxy", async () => {
  const direct = new Redis(redisUrl);
  const username = `ways-${randomBytes(6).toString("hex")}`;
  const password = "a:b/c@d#%20";
  await direct.call("ACL", "SETUSER", username, "on", `>${password}`, "allkeys", "+@all");
  const guarded = new URL(redisUrl);
  guarded.username = username;
  guarded.password = encodeURIComponent(password);
  guarded.pathname = "/3";
  await using paths = await startRedisWays({ ...options, redisUrl: guarded.href });
  expect(await paths.ways[0]?.probe.ask(["PING"], 5_000)).toMatchObject({ kind: "answered" });
  const client = new Redis(paths.url(1));
  expect(await client.call("ACL", "WHOAMI")).toBe(username);
  expect(await client.client("INFO")).toMatch(/ db=3 /);
  client.disconnect();
  await direct.call("ACL", "DELUSER", username);
  direct.disconnect();
});

test("of a Toxiproxy that was given no proxy stays where Redis has not answered yet when the run is cut short", async () => {
  await using toxiproxy = await startEmbeddedToxiproxy({ runFolder });
  const silent = createServer((socket) => socket.on("error", () => {})).listen(0, "127.0.0.1");
  await once(silent, "listening");
  const url = `redis://127.0.0.1:${(silent.address() as AddressInfo).port}`;
  const owned: AsyncDisposable[] = [];
  const own = <T extends AsyncDisposable>(thing: T): T => {
    owned.push(thing);
    return thing;
  };
  const starting = startRedisWays({ ...options, redisUrl: url, toxiproxyUrl: toxiproxy.url, own });
  const refused = expect(starting).rejects.toThrow(/does not answer|too late/);
  await until(async () => (await proxyNames(toxiproxy.url)).length > 0);
  for (const thing of owned) await thing[Symbol.asyncDispose]();
  expect(await proxyNames(toxiproxy.url)).toEqual([]);
  await refused;
  expect(await proxyNames(toxiproxy.url)).toEqual([]);
  silent.close();
});

test("of a Toxiproxy that was given only the proxies of this run are touched", async () => {
  await using toxiproxy = await startEmbeddedToxiproxy({ runFolder });
  const foreign = { name: "foreign", listen: "127.0.0.1:0", upstream: "127.0.0.1:1" };
  await fetch(`${toxiproxy.url}/proxies`, { method: "POST", body: JSON.stringify(foreign) });
  const given = { ...options, toxiproxyUrl: toxiproxy.url };
  const [one, another] = await Promise.all([startRedisWays(given), startRedisWays(given)]);
  expect(one.origin).toMatch(`given Toxiproxy at ${toxiproxy.url}`);
  expect((await proxyNames(toxiproxy.url)).length).toBe(5);
  await one[Symbol.asyncDispose]();
  expect((await proxyNames(toxiproxy.url)).length).toBe(3);
  expect(await another.ways[1]?.probe.ask(["PING"], 5_000)).toMatchObject({ kind: "answered" });
  await another[Symbol.asyncDispose]();
  expect(await proxyNames(toxiproxy.url)).toEqual(["foreign"]);
});

test("proxies go where they are told to, as in a container", async () => {
  await using toxiproxy = await startEmbeddedToxiproxy({ runFolder });
  const ports = [await freePort(), await freePort()];
  await using paths = await startRedisWays({
    ...options,
    toxiproxyUrl: toxiproxy.url,
    places: {
      upstream: `localhost:${new URL(redisUrl).port}`,
      place: (replica) => {
        const port = ports[replica] ?? expect.fail("no such replica");
        return { listen: `0.0.0.0:${port}`, host: "localhost", port };
      },
    },
  });
  expect([0, 1].map((replica) => new URL(paths.url(replica)).host)).toEqual(
    ports.map((port) => `localhost:${port}`),
  );
  expect(await paths.ways[1]?.probe.ask(["PING"], 5_000)).toMatchObject({ kind: "answered" });
});

test("what cannot be is refused in a sentence", async () => {
  const refused = (changes: Partial<Parameters<typeof startRedisWays>[0]>) =>
    expect(startRedisWays({ ...options, ...changes })).rejects;
  await refused({ redisUrl: "rediss://u:secret@127.0.0.1:1" }).toThrow(
    /^Faults need a plain redis:\/\/ URL, not rediss:\/\/u:\*\*\*@/,
  );
  await refused({ redisUrl: `redis://127.0.0.1:${await freePort()}` }).toThrow(
    /Redis does not answer through/,
  );
  await refused({ toxiproxyUrl: `http://127.0.0.1:${await freePort()}` }).toThrow(/No Toxiproxy answers/);
  await refused({ toxiproxyUrl: "127.0.0.1:8474" }).toThrow(/is no URL of a Toxiproxy/);
  await refused({ toxiproxyUrl: "127.0.0.1:8474" }).toThrow(Refusal);
});

test("a toxiproxy-server is taken from the PATH when asked for, and refused in a sentence if there is none", async () => {
  const folder = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
  const path = process.env.PATH;
  try {
    process.env.PATH = "/bin:/usr/bin";
    await expect(startRedisWays({ ...options, toxiproxy: "path" })).rejects.toThrow(
      "There is no toxiproxy-server on the PATH",
    );
    const program = fileURLToPath(new URL("../toxiproxy/program.ts", import.meta.url));
    const stand = `#!/bin/sh\n[ "$1 $2 $3" = "-host 127.0.0.1 -port" ] && exec '${process.execPath}' '${program}' "$4" 0\n`;
    writeFileSync(join(folder, "toxiproxy-server"), stand, { mode: 0o755 });
    process.env.PATH = `${folder}:/bin:/usr/bin`;
    await using paths = await startRedisWays({ ...options, toxiproxy: "path" });
    expect(paths.origin).toMatch(/^toxiproxy-server \d/);
    expect(await paths.ways[1]?.probe.ask(["PING"], 5_000)).toMatchObject({ kind: "answered" });
  } finally {
    process.env.PATH = path;
    rmSync(folder, { recursive: true });
  }
});
