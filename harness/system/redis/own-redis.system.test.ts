import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { afterAll, expect, inject, test } from "vitest";
import { Refusal } from "../../refusal.ts";
import { freePort } from "../free-port.ts";
import { identityOf } from "../process-identity.ts";
import { provideRedis } from "../provide-redis.ts";
import { askRedis } from "./ask-redis.ts";
import { startOwnRedis } from "./own-redis.ts";

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
