import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { packageRoot } from "../package-root.ts";
import { cacheFolder } from "./cache-folder.ts";
import { groupMembers } from "./group-members.ts";
import type { Lease } from "./lease.ts";
import { removeLeftovers } from "./leftovers.ts";
import { groupOf, identityOf, type ProcessIdentity, pidSpace } from "./process-identity.ts";
import { until } from "./until.ts";

const sharedRedis = join(cacheFolder(), "redis");
let cache: string;
let started: ChildProcess[];
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
  mkdirSync(sharedRedis, { recursive: true });
  symlinkSync(sharedRedis, join(cache, "redis"));
  started = [];
  vi.stubEnv("GATECRASH_CACHE", cache);
});
afterEach(() => {
  for (const child of started) child.kill("SIGKILL");
  vi.unstubAllEnvs();
  rmSync(cache, { recursive: true });
});

const dead: ProcessIdentity = { pid: 999_999_999, startedAt: "long ago", command: "node gatecrash" };

function writeLease(lease: Partial<Lease>): string {
  const file = join(cache, "leases/test.json");
  mkdirSync(join(cache, "leases"), { recursive: true });
  writeFileSync(
    file,
    JSON.stringify({ pidSpace: pidSpace(), owner: dead, processes: [], folders: [], ...lease }),
  );
  return file;
}

/** A process that is the leader of a group of its own. */
async function sleeper(): Promise<ProcessIdentity> {
  const child = spawn("sleep", ["1000"], { detached: true, stdio: "ignore" });
  started.push(child);
  await once(child, "spawn");
  await until(() => identityOf(child.pid ?? 0)?.command === "sleep 1000");
  return identityOf(child.pid ?? 0) ?? expect.fail("it does not live");
}

function leased(identity: ProcessIdentity): Lease["processes"] {
  return [{ name: "sleeper", group: identity.pid, identities: [identity] }];
}

test("a process on the lease of a dead harness is ended, and the lease removed", async () => {
  const ours = await sleeper();
  const file = writeLease({ processes: leased(ours) });
  expect(removeLeftovers()).toEqual([{ kind: "process", what: `sleeper (pid ${ours.pid}): sleep 1000` }]);
  await until(() => identityOf(ours.pid) === undefined);
  expect(existsSync(file)).toBe(false);
});

test.each([
  ["start time", { startedAt: "another time" }],
  ["command line", { command: "redis-server" }],
])("a stranger who got the pid is spared: another %s", async (_, difference) => {
  const stranger = await sleeper();
  writeLease({ processes: leased({ ...stranger, ...difference }) });
  expect(removeLeftovers()).toEqual([]);
  expect(identityOf(stranger.pid)).toEqual(stranger);
});

test("a group of which no member is ours is spared, even if we knew its number", async () => {
  const stranger = await sleeper();
  const ours = await sleeper();
  writeLease({ processes: [{ name: "sleeper", group: stranger.pid, identities: [ours] }] });
  expect(removeLeftovers()).toEqual([]);
  expect(identityOf(stranger.pid)).toEqual(stranger);
});

test("the lease of a harness that lives is left alone", async () => {
  const ours = await sleeper();
  const file = writeLease({ owner: await sleeper(), processes: leased(ours) });
  expect(removeLeftovers()).toEqual([]);
  expect(identityOf(ours.pid)).toEqual(ours);
  expect(existsSync(file)).toBe(true);
});

test("a harness that renamed its command line lives on", async () => {
  const ours = await sleeper();
  writeLease({ owner: { ...(await sleeper()), command: "node gatecrash" }, processes: leased(ours) });
  expect(removeLeftovers()).toEqual([]);
});

test("the lease of another host or container is left alone", async () => {
  const ours = await sleeper();
  const file = writeLease({ pidSpace: "elsewhere", processes: leased(ours) });
  expect(removeLeftovers()).toEqual([]);
  expect(existsSync(file)).toBe(true);
});

test("temporary folders are removed, but only those that we can have made", () => {
  const ours = mkdtempSync(join(cache, "gatecrash-redis-"));
  const other = mkdtempSync(join(cache, "precious-"));
  writeLease({ folders: [ours, other, join(cache, "gatecrash-gone")] });
  expect(removeLeftovers()).toEqual([{ kind: "folder", what: ours }]);
  expect(existsSync(ours)).toBe(false);
  expect(existsSync(other)).toBe(true);
});

test("an unreadable lease is removed and told", () => {
  writeFileSync(writeLease({}), "{ half");
  expect(removeLeftovers()).toMatchObject([{ kind: "lease" }]);
  expect(readdirSync(join(cache, "leases"))).toEqual([]);
});

/** A harness that runs `body` with `startGuarded`, `provideRedis` and `say` at hand, and then waits for ever. */
async function harness(body: string): Promise<{ child: ChildProcess; said: string[] }> {
  const script = `
    import { startGuarded } from "${packageRoot}/harness/system/guarded-process.ts";
    import { provideRedis } from "${packageRoot}/harness/system/provide-redis.ts";
    const say = (...words) => console.log(words.join(" "));
    const runFolder = ${JSON.stringify(cache)};
    setInterval(() => {}, 1000);
    ${body}`;
  const env = { ...process.env, GATECRASH_CACHE: cache };
  const child = spawn(process.execPath, ["--input-type=module", "-e", script], {
    env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  started.push(child);
  let out = "";
  child.stdout.on("data", (text) => {
    out += text;
  });
  await until(() => out.includes("\n") || child.exitCode !== null, { withinMs: 30_000 });
  return { child, said: out.trim().split(" ") };
}

test("kill -9 of the harness ends what it guards with all its children, and leaves no lease", async () => {
  const { child, said } = await harness(`
    const program = "sleep 1000 & sleep 1000 & wait";
    const guarded = await startGuarded({ name: "g", command: "sh", args: ["-c", program], logFile: runFolder + "/g.log" });
    say(guarded.pid);`);
  const group = groupOf(Number(said[0])) ?? expect.fail("it does not run");
  expect(groupMembers(group).length).toBeGreaterThan(2);
  child.kill("SIGKILL");
  await until(() => groupMembers(group).length === 0);
  expect(removeLeftovers()).toEqual([]);
  expect(readdirSync(join(cache, "leases"))).toEqual([]);
});

test("what outlived both its harness and its guardian is found by the lease and ended", async () => {
  const { child, said } = await harness(`
    const guarded = await startGuarded({ name: "g", command: "sleep", args: ["1000"], logFile: runFolder + "/g.log" });
    say(guarded.pid);`);
  const pid = Number(said[0]);
  child.kill("SIGSTOP"); // It would end the program itself.
  const group = groupOf(pid) ?? expect.fail("it does not run");
  for (const member of groupMembers(group)) if (member !== pid) process.kill(member, "SIGKILL");
  child.kill("SIGKILL");
  await once(child, "exit");
  expect(identityOf(pid)?.command).toBe("sleep 1000");
  expect(removeLeftovers()).toContainEqual({ kind: "process", what: `g (pid ${pid}): sleep 1000` });
  await until(() => identityOf(pid) === undefined);
});

test("kill -9 of the harness ends its Redis, and the next start removes the folder", async () => {
  const { child, said } = await harness(`
    const redis = await provideRedis({ system: "auto", runFolder, onProgress: () => {} });
    say(redis.pid);`);
  const pid = Number(said[0]);
  expect(identityOf(pid)?.command).toContain("--save");
  const group = groupOf(pid) ?? expect.fail("it does not run");
  child.kill("SIGKILL");
  await until(() => groupMembers(group).length === 0);
  const found = removeLeftovers();
  expect(found).toEqual([{ kind: "folder", what: expect.stringContaining("gatecrash-redis-") }]);
  expect(existsSync(found[0]?.what ?? "")).toBe(false);
});

test("an exit in the middle of a run leaves nothing, not even a folder", async () => {
  const { child, said } = await harness(`
    const redis = await provideRedis({ system: "auto", runFolder, onProgress: () => {} });
    say(redis.pid);
    process.exit(5);`);
  if (child.exitCode === null) await once(child, "exit");
  expect(child.exitCode).toBe(5);
  await until(() => identityOf(Number(said[0])) === undefined);
  expect(removeLeftovers()).toEqual([]);
});
