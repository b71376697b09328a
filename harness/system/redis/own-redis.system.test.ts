import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, expect, inject, test } from "vitest";
import { Refusal } from "../../refusal.ts";
import { findFaketime } from "../faketime/find-faketime.ts";
import { freePort } from "../free-port.ts";
import { identityOf } from "../process-identity.ts";
import { provideRedis } from "../provide-redis.ts";
import { askRedis } from "./ask-redis.ts";
import { startOwnRedis } from "./own-redis.ts";
import { tellRedis } from "./tell-redis.ts";

const runFolder = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
afterAll(() => rmSync(runFolder, { recursive: true }));
const quiet = { runFolder, onProgress: () => undefined };

async function setting(url: string, name: string): Promise<string | undefined> {
  const client = new Redis(url);
  try {
    return ((await client.config("GET", name)) as string[])[1];
  } finally {
    client.disconnect();
  }
}

test("it answers alone, on this machine only, without persistence, and is gone with its folder", async () => {
  const redis = await provideRedis({ ...quiet, system: "auto" });
  const folder = (await setting(redis.url, "dir")) ?? "";
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  expect(await setting(redis.url, "save")).toBe("");
  expect(await setting(redis.url, "appendonly")).toBe("no");
  expect(await setting(redis.url, "bind")).toBe("127.0.0.1");
  const { pid } = await askRedis(redis.url, 1000);
  expect(redis).toMatchObject({ owned: true, pid });
  await Promise.all([redis[Symbol.asyncDispose](), redis[Symbol.asyncDispose]()]);
  expect(identityOf(pid)).toBeUndefined();
  expect(redis.pid).toBeNull();
  expect(existsSync(folder)).toBe(false);
});

test("a port that is taken is left to its owner, and another one is tried", async () => {
  const taken = Number(new URL(inject("redisUrl")).port);
  const ports = [taken, taken, await freePort()];
  const command = await programOf();
  await using redis = await startOwnRedis(command, {
    ...quiet,
    origin: "test",
    choosePort: async () => ports.shift() ?? expect.fail("asked too often"),
  });
  expect(ports).toEqual([]);
  expect(new URL(redis.url).port).not.toBe(String(taken));
});

test("a program that does not come up is refused with its last words, and leaves nothing", async () => {
  const program = { command: "/bin/false", env: {}, version: "7.0.0" };
  await expect(startOwnRedis(program, { ...quiet, origin: "test" })).rejects.toThrow(Refusal);
});

const started = () => provideRedis({ ...quiet, system: "auto" });

test("killed it is gone, and started again it is another process on the same port, with nothing in it", async () => {
  await using redis = await started();
  const controls = redis.controls ?? expect.fail("it is ours");
  const first = redis.pid ?? expect.fail("it runs");
  await tellRedis(redis.url, ["SET", "kept", "no"]);
  await Promise.all([controls.kill(), controls.kill()]);
  expect(redis.pid).toBeNull();
  expect(identityOf(first)).toBeUndefined();
  await expect(askRedis(redis.url, 1000)).rejects.toThrow("ECONNREFUSED");
  await expect(controls.freeze()).rejects.toThrow("does not run");
  await controls.thaw();
  await Promise.all([controls.start(), controls.start()]);
  expect(redis.pid).toBe((await askRedis(redis.url, 1000)).pid);
  expect(redis.pid).not.toBe(first);
  expect(await tellRedis(redis.url, ["DBSIZE"])).toBe(0);
});

test("frozen it keeps silent, thawed it goes on, and frozen or killed it can be stopped", async () => {
  const redis = await started();
  const controls = redis.controls ?? expect.fail("it is ours");
  await tellRedis(redis.url, ["SET", "kept", "yes"]);
  await controls.freeze();
  await expect(askRedis(redis.url, 200)).rejects.toThrow("200 ms");
  await controls.thaw();
  expect(await tellRedis(redis.url, ["GET", "kept"])).toBe("yes");
  await controls.freeze();
  const pid = redis.pid ?? expect.fail("it runs");
  await redis[Symbol.asyncDispose]();
  expect(identityOf(pid)).toBeUndefined();
  const other = await started();
  await other.controls?.freeze();
  await other.controls?.kill();
  await other[Symbol.asyncDispose]();
  await expect(other.controls?.start()).rejects.toThrow("for good");
});

test("disposing of it while it starts again stops it all the same", async () => {
  const redis = await started();
  await redis.controls?.kill();
  const starting = redis.controls?.start().catch((error: unknown) => String(error));
  await redis[Symbol.asyncDispose]();
  await starting;
  expect(redis.pid).toBeNull();
  await expect(askRedis(redis.url, 1000)).rejects.toThrow("ECONNREFUSED");
});

test("a replica has what is written to it, stays when it is cut off, and is gone when it is disposed of", async () => {
  await using redis = await started();
  const controls = redis.controls ?? expect.fail("it is ours");
  await tellRedis(redis.url, ["SET", "before", "1"]);
  const replica = await controls.startReplica();
  expect(await tellRedis(replica.url, ["GET", "before"])).toBe("1");
  expect(await tellRedis(redis.url, ["WAIT", "1", "5000"])).toBe(1);
  await controls.kill();
  await tellRedis(replica.url, ["REPLICAOF", "NO", "ONE"]);
  expect(await tellRedis(replica.url, ["GET", "before"])).toBe("1");
  // What a replication has left in its folder must not come back.
  await replica.controls?.kill();
  await replica.controls?.start();
  expect(await tellRedis(replica.url, ["DBSIZE"])).toBe(0);
  const pid = replica.pid ?? expect.fail("it runs");
  await replica[Symbol.asyncDispose]();
  expect(identityOf(pid)).toBeUndefined();
});

test("its clock can be set where libfaketime was given, and is the machine's else", async () => {
  const found = await findFaketime({ onProgress: (message) => console.log(message) });
  if (!("preload" in found)) expect.fail(found.reason);
  await using plain = await started();
  expect(plain.controls?.setClock).toBeNull();
  await using redis = await provideRedis({ ...quiet, system: "auto", faketime: found });
  const setClock = redis.controls?.setClock ?? expect.fail("its clock can be set");
  const secondsAhead = async () => {
    const [seconds] = (await tellRedis(redis.url, ["TIME"])) as [string, string];
    return Number(seconds) - Date.now() / 1_000;
  };
  await tellRedis(redis.url, ["SET", "lives by it", "1", "EX", "1000"]);
  await setClock(500_000);
  expect(await secondsAhead()).toBeGreaterThan(490);
  expect(await tellRedis(redis.url, ["EXISTS", "lives by it"])).toBe(1);
  await setClock(2_000_000);
  expect(await tellRedis(redis.url, ["EXISTS", "lives by it"])).toBe(0);
  await redis.controls?.kill();
  await redis.controls?.start();
  expect(await secondsAhead()).toBeGreaterThan(1_900);
  await setClock(-86_400_000);
  expect(await secondsAhead()).toBeLessThan(-86_000);
  await setClock(0);
  expect(Math.abs(await secondsAhead())).toBeLessThan(60);
});

/** The program that runs the Redis of all system tests. */
async function programOf(): Promise<{ command: string; env: Record<string, string>; version: string }> {
  const client = new Redis(inject("redisUrl"));
  try {
    const info = await client.info("server");
    const command = /^executable:(.*\S)/m.exec(info)?.[1] ?? expect.fail("INFO names no executable");
    const libraries =
      process.platform === "linux" ? librariesOf(Number(/^process_id:(\d+)/m.exec(info)?.[1])) : "";
    return { command, env: { LD_LIBRARY_PATH: libraries }, version: "6.2.0" };
  } finally {
    client.disconnect();
  }
}

function librariesOf(pid: number): string {
  return /(?:^|\0)LD_LIBRARY_PATH=([^\0]*)/.exec(readFileSync(`/proc/${pid}/environ`, "utf8"))?.[1] ?? "";
}
