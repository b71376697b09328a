import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { groupOf } from "./process-identity.ts";

/** The pids that live in a process group now, zombies left out. */
export function groupMembers(group: number): number[] {
  return allPids().filter((pid) => groupOf(pid) === group);
}

/** True if nobody lives in a process group; zombies, which only wait to be reaped, do not count. */
export function isGroupEmpty(group: number): boolean {
  try {
    process.kill(-group, 0);
    return groupMembers(group).length === 0;
  } catch {
    return true;
  }
}

function allPids(): number[] {
  const names =
    process.platform === "linux"
      ? readdirSync("/proc")
      : execFileSync("ps", ["-A", "-o", "pid="], { encoding: "utf8" }).split("\n");
  return names.map(Number).filter((pid) => pid > 0);
}
