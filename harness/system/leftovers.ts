import { existsSync, rmSync } from "node:fs";
import { basename } from "node:path";
import { type FoundLease, type LeasedGroup, readLeases } from "./lease.ts";
import { groupOf, hasSameStart, isAlive, pidSpace } from "./process-identity.ts";

/** What was found on one lease whose owner is gone, and is removed now. */
export interface Leftover {
  readonly kind: "process" | "folder" | "lease" | "proxy";
  /** In words: the process with its pid, or the path. */
  readonly what: string;
}

/**
 * Removes what dead harnesses left: process groups of which a member is proved to be ours (pid, start time and command
 * line), temporary folders, and the lease itself, unless it names proxies, which `healLeftProxies` removes. Leases of a
 * living owner, or of another host or container, are left alone, and so is every process that only has a pid of ours.
 */
export function removeLeftovers(): Leftover[] {
  return readLeases().flatMap((found) => {
    try {
      return removeLease(found);
    } catch {
      return []; // Another user's, or another harness is just removing it.
    }
  });
}

function removeLease({ file, lease }: FoundLease): Leftover[] {
  if (lease === undefined) {
    rmSync(file);
    return [{ kind: "lease", what: `${file} (unreadable)` }];
  }
  if (lease.pidSpace !== pidSpace() || hasSameStart(lease.owner)) return [];
  const found = [...lease.processes.flatMap(endGroup), ...lease.folders.flatMap(removeFolder)];
  if (lease.proxies.length === 0) rmSync(file, { force: true });
  return found;
}

function endGroup({ name, group, identities }: LeasedGroup): Leftover[] {
  const known = identities.filter(isAlive).findLast(({ pid }) => groupOf(pid) === group);
  if (known === undefined) return [];
  try {
    process.kill(-group, "SIGKILL");
  } catch {
    return []; // It ended in between.
  }
  return [{ kind: "process", what: `${name} (pid ${known.pid}): ${shortened(known.command)}` }];
}

function shortened(command: string, longest = 100): string {
  const line = command.replaceAll(/\s+/g, " ");
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
}

function removeFolder(folder: string): Leftover[] {
  if (!basename(folder).startsWith("gatecrash-") || !existsSync(folder)) return [];
  rmSync(folder, { recursive: true, force: true });
  return [{ kind: "folder", what: folder }];
}
