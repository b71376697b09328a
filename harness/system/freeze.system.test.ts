import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { freeze, thaw } from "./freeze.ts";
import { groupMembers } from "./group-members.ts";
import { startGuarded } from "./guarded-process.ts";
import { groupOf, identityOf, isStopped, parentOf } from "./process-identity.ts";
import { until } from "./until.ts";

const folder = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
afterAll(() => rmSync(folder, { recursive: true }));

function shell(program: string) {
  const logFile = join(folder, "log");
  return startGuarded({ name: "test", command: "/bin/sh", args: ["-c", program], logFile, graceSeconds: 1 });
}

test("a program stands still with all that it started, and goes on; its guardian never stops", async () => {
  await using running = await shell("(sleep 1000 & sleep 1000) & sleep 1000 & echo up; wait");
  await until(() => running.lastLogLines(1)[0] === "up");
  const { pid } = running;
  const group = groupOf(pid) ?? expect.fail("it does not run");
  const sleepers = () =>
    groupMembers(group).filter((member) => /^sleep/.test(identityOf(member)?.command ?? ""));
  await until(() => sleepers().length === 3);
  expect(parentOf(pid)).toBe(group);
  for (let round = 1; round <= 2; round++) {
    await freeze(pid);
    await freeze(pid);
    expect([pid, ...sleepers()].map(isStopped)).toEqual([true, true, true, true]);
    expect(isStopped(group)).toBe(false);
    thaw(pid);
    thaw(pid);
    await until(() => !groupMembers(group).some(isStopped));
  }
  await freeze(pid);
  await running.stop();
  expect(groupMembers(group)).toEqual([]);
});

test("what does not run cannot be frozen, and thawing it does no harm", async () => {
  const running = await shell("exit 0");
  await running.exited;
  await expect(freeze(running.pid)).rejects.toThrow("does not run");
  thaw(running.pid);
});
