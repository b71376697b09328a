import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";
import type { GatewaySteering } from "../../system/gateway-steering.ts";
import { until } from "../../system/until.ts";
import { nodeSteering } from "./node-steering.ts";

const folder = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
afterAll(() => rmSync(folder, { recursive: true }));
const endpoint = { host: "127.0.0.1", port: 1 };
const hourMs = 3_600_000;
let count = 0;

/** Runs a module as replica 0 until it says something, and for as long as `work` takes. */
async function running<T>(
  steering: GatewaySteering,
  program: string,
  work: (lines: string[], folder: string) => Promise<T>,
): Promise<T> {
  const file = join(folder, `${count++}.mjs`);
  writeFileSync(file, program);
  const { command, args, env } = steering.steered(0, {
    command: process.execPath,
    args: [file],
    env: process.env,
  });
  const child = spawn(command, args, { env, stdio: ["pipe", "pipe", "inherit"] });
  const lines: string[] = [];
  child.stdout.setEncoding("utf8").on("data", (text: string) => lines.push(...text.trim().split("\n")));
  try {
    await until(() => lines.length > 0 || child.exitCode !== null);
    return await work(lines, env.GATECRASH_ORDERS ?? expect.fail("it was told no folder"));
  } finally {
    child.kill("SIGKILL");
    await once(child, "exit");
  }
}

/** Says every few milliseconds what `expression` is. */
const saying = (expression: string) => `
  const { now } = Date;
  const sayIt = () => console.log(JSON.stringify(${expression}));
  sayIt();
  setInterval(sayIt, 5);`;

const last = (lines: readonly string[]): unknown => JSON.parse(lines.at(-1) ?? "null");

test("Date is shifted, however it is asked for the present; given times and other clocks are not", async () => {
  await using steering = nodeSteering();
  const expression = `{
    shifted: [now(), Date.now(), +new Date(), new (class extends Date {})().getTime(), Date.parse(Date())],
    given: [new Date(5).getTime(), Date.UTC(1970, 0, 2), Date.parse("1970-01-01T00:00:01Z"), +new Date(new Date(7))],
    kinds: [new Date() instanceof Date, new Date().constructor === Date, Date.name, Date.length, typeof Date()],
    counting: process.hrtime()[0] + performance.now() / 1e9,
  }`;
  await running(steering, saying(expression), async (lines) => {
    const counted = (last(lines) as { counting: number }).counting;
    await steering.setClock(0, hourMs);
    const already = lines.length;
    await until(() => lines.length > already + 1);
    const { shifted, given, kinds, counting } = last(lines) as Record<string, number[]> & {
      counting: number;
    };
    for (const ms of shifted ?? []) expect(Math.abs(ms - Date.now() - hourMs)).toBeLessThan(60_000);
    expect(given).toEqual([5, 86_400_000, 1_000, 7]);
    expect(kinds).toEqual([true, true, "Date", 7, "string"]);
    expect(counting - counted).toBeLessThan(600);
    expect((await steering.clockAhead(0, endpoint))?.atLeastMs).toBeGreaterThan(hourMs - 60_000);
    await steering.setClock(0, -hourMs);
    expect((await steering.clockAhead(0, endpoint))?.atMostMs).toBeLessThan(60_000 - hourMs);
    await steering.setClock(0, 0);
    const { atLeastMs, atMostMs } =
      (await steering.clockAhead(0, endpoint)) ?? expect.fail("it does not tell");
    expect(atLeastMs).toBeLessThanOrEqual(0);
    expect(atMostMs).toBeGreaterThanOrEqual(0);
  });
});

test("a replica that starts again goes on as it was told last, and no other does", async () => {
  await using steering = nodeSteering();
  const program = `
    const { now } = Date;
    let beforeMs = performance.now();
    let gaps = 0;
    setInterval(() => {
      if (performance.now() - beforeMs >= 150) gaps++;
      beforeMs = performance.now();
      console.log(JSON.stringify({ now: now(), gaps }));
    }, 5);`;
  await running(steering, program, async () => {
    await steering.setClock(0, hourMs);
    await steering.block?.(0, 150, 200);
  });
  // Healed while nobody lives: nobody can obey, and the next life begins healed.
  await running(steering, program, async (lines) => {
    expect((last(lines) as { now: number }).now - Date.now()).toBeGreaterThan(hourMs - 60_000);
    await until(() => (last(lines) as { gaps: number }).gaps >= 2);
  });
  await expect(steering.setClock(0, 0)).rejects.toThrow("takes orders");
  const other = steering.steered(1, { command: "node", args: [], env: {} }).env;
  expect(other.GATECRASH_STANDING_ORDERS).toBe("{}");
  await running(steering, saying("{ now: Date.now() }"), async (lines) => {
    expect((last(lines) as { now: number }).now - Date.now()).toBeLessThan(60_000);
  });
});

test("a worker thread and a process of the gateway's obey, too", async () => {
  await using steering = nodeSteering();
  const program = `
    import { fork } from "node:child_process";
    import { isMainThread, Worker } from "node:worker_threads";
    if (isMainThread && process.argv[2] === undefined) {
      new Worker(new URL(import.meta.url));
      fork(new URL(import.meta.url), ["child"]);
    }
    setInterval(() => {}, 1000);
    process.on("disconnect", () => process.exit());
    console.log("up");`;
  await running(steering, program, async (_, orders) => {
    await until(() => readdirSync(orders).length === 3);
    await steering.setClock(0, hourMs);
    // The one that is least ahead is told.
    await until(async () => ((await steering.clockAhead(0, endpoint))?.atLeastMs ?? 0) > hourMs - 60_000);
  });
});

test("the event loop stands still as long as it was told, again and again, until that is ended", async () => {
  await using steering = nodeSteering();
  const program = `
    let beforeMs = performance.now();
    let gaps = 0;
    setInterval(() => {
      const nowMs = performance.now();
      if (nowMs - beforeMs >= 150) gaps++;
      beforeMs = nowMs;
      console.log(gaps);
    }, 5);`;
  await running(steering, program, async (lines) => {
    await steering.block?.(0, 150, 200);
    await until(() => Number(last(lines)) >= 3);
    await steering.block?.(0, 0, 0);
  });
});

test("what runs to its end ends, and whoever is told no folder is left as it was", () => {
  const preload = fileURLToPath(new URL("preload.js", import.meta.url));
  const run = (env: NodeJS.ProcessEnv) =>
    spawnSync(process.execPath, ["--import", preload, "-e", "console.log(String(Date))"], {
      env: { ...process.env, ...env },
      encoding: "utf8",
      timeout: 30_000,
    });
  const orders = mkdtempSync(join(folder, "orders-"));
  expect(run({ GATECRASH_ORDERS: orders })).toMatchObject({ status: 0 });
  expect(run({ GATECRASH_ORDERS: orders }).stdout).not.toContain("native code");
  expect(run({ GATECRASH_ORDERS: "" })).toMatchObject({ status: 0 });
  expect(run({ GATECRASH_ORDERS: "" }).stdout).toContain("native code");
});

test("NODE_OPTIONS that were there stay; only this user can give orders; nothing is left", async () => {
  const steering = nodeSteering();
  const program = { command: "node", args: ["a.js"], env: { NODE_OPTIONS: "--no-warnings", OTHER: "1" } };
  const { env, args } = steering.steered(3, program);
  expect(env.NODE_OPTIONS).toMatch(/^--no-warnings --import=file:\/\/.*preload\.js$/);
  expect([env.OTHER, args]).toEqual(["1", ["a.js"]]);
  const orders = env.GATECRASH_ORDERS ?? expect.fail("it was told no folder");
  expect(statSync(join(orders, "..")).mode & 0o077).toBe(0);
  await expect(steering.setClock(3, 1)).rejects.toThrow("takes orders");
  await steering[Symbol.asyncDispose]();
  expect(existsSync(join(orders, ".."))).toBe(false);
});
