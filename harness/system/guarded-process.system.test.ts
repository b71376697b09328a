import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { groupMembers } from "./group-members.ts";
import { type GuardedProcess, startGuarded } from "./guarded-process.ts";
import { groupOf, identityOf } from "./process-identity.ts";
import { until } from "./until.ts";

const folder = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
afterAll(() => rmSync(folder, { recursive: true }));
let count = 0;

function shell(program: string, graceSeconds = 5): Promise<GuardedProcess> {
  const logFile = join(folder, `logs/${count++}.log`);
  return startGuarded({ name: "test", command: "/bin/sh", args: ["-c", program], logFile, graceSeconds });
}

function groupOfRunning({ pid }: GuardedProcess): number {
  return groupOf(pid) ?? expect.fail("it does not run");
}

async function saidPid(running: GuardedProcess): Promise<number> {
  await until(() => running.lastLogLines(1).length > 0);
  return Number(running.lastLogLines(1)[0]);
}

test("the exit code comes through", async () => {
  const running = await shell("exit 7");
  expect(await running.exited).toEqual({ code: 7, signal: null });
  expect(running.exit).toEqual({ code: 7, signal: null });
});

test("the signal that ended it comes through", async () => {
  expect(await (await shell("kill -USR1 $$")).exited).toEqual({ code: null, signal: "SIGUSR1" });
});

test("a command that does not exist exits with 127 and says so in the log", async () => {
  const running = await startGuarded({
    name: "test",
    command: "/no/such/program",
    logFile: join(folder, "none.log"),
  });
  expect((await running.exited).code).toBe(127);
  expect(running.lastLogLines(1)[0]).toMatch(/not found|No such file/);
});

test("both outputs go to the log, whose last lines can be asked for", async () => {
  const running = await shell("echo one; echo two >&2; echo three");
  await running.exited;
  expect(running.lastLogLines(2)).toEqual(["two", "three"]);
});

test("it runs in a group of its own and its pid is the program's", async () => {
  await using running = await shell("echo $$; exec sleep 1000");
  expect(await saidPid(running)).toBe(running.pid);
  expect(groupOf(running.pid)).not.toBe(groupOf(process.pid));
});

test("stop ends it with all its children", async () => {
  const running = await shell("sleep 1000 & sh -c 'sleep 1000' & echo $!; wait");
  const group = groupOfRunning(running);
  const grandchild = await saidPid(running);
  await running.stop();
  expect(identityOf(grandchild)).toBeUndefined();
  expect(groupMembers(group)).toEqual([]);
});

test("stop lets a program end in its own way", async () => {
  const running = await shell("trap 'echo bye; exit 3' TERM; echo up; while :; do sleep 0.05; done");
  await until(() => running.lastLogLines(1)[0] === "up");
  await running.stop();
  expect(running.lastLogLines(1)).toEqual(["bye"]);
  expect(running.exit).toEqual({ code: 3, signal: null });
});

test("a program that ignores TERM is killed after the grace", async () => {
  const running = await shell("trap '' TERM; echo up; while :; do sleep 1000; done", 1);
  await until(() => running.lastLogLines(1)[0] === "up");
  const group = groupOfRunning(running);
  await running.stop();
  await until(() => groupMembers(group).length === 0);
});

test("a frozen program is stopped", async () => {
  const running = await shell("exec sleep 1000");
  process.kill(running.pid, "SIGSTOP");
  await running.stop();
  expect(identityOf(running.pid)).toBeUndefined();
});

test("a program that ends by itself leaves neither children nor its guardian's watcher", async () => {
  const running = await shell("echo $$; sleep 1000 & sleep 0.2");
  const group = groupOfRunning(running);
  await running.exited;
  await until(() => groupMembers(group).length === 0);
});

test("a program whose guardian is killed ends, too", async () => {
  const running = await shell("exec sleep 1000");
  process.kill(groupOfRunning(running), "SIGKILL");
  expect(await running.exited).toEqual({ code: null, signal: "SIGKILL" });
  await until(() => identityOf(running.pid) === undefined);
});

test("stopping twice, or what has ended, does no harm", async () => {
  const running = await shell("exit 0");
  await running.exited;
  await Promise.all([running.stop(), running.stop()]);
});
