import { execFileSync } from "node:child_process";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";

/** What makes a process the same one later: a pid alone is used again. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, as the system tells it: the boot and its ticks since (Linux), or a date (elsewhere). */
  readonly startedAt: string;
  /** Its command line, arguments separated by blanks. */
  readonly command: string;
}

/** Who lives under `pid` now; `undefined` if nobody (a zombie counts as nobody). */
export function identityOf(pid: number): ProcessIdentity | undefined {
  const now = seen(pid);
  return now && { pid, startedAt: now.startedAt, command: now.command };
}

/** True while that very process lives. */
export function isAlive(identity: ProcessIdentity): boolean {
  const now = identityOf(identity.pid);
  return now !== undefined && now.startedAt === identity.startedAt && now.command === identity.command;
}

/** True while the process of that pid and start time lives, even if it has renamed its command line since. */
export function hasSameStart({ pid, startedAt }: ProcessIdentity): boolean {
  return identityOf(pid)?.startedAt === startedAt;
}

/** The process group of `pid`; `undefined` if nobody lives there. */
export function groupOf(pid: number): number | undefined {
  return seen(pid)?.group;
}

/** The parent of `pid`; `undefined` if nobody lives there. */
export function parentOf(pid: number): number | undefined {
  return seen(pid)?.parent;
}

/** True if whoever lives under `pid` is stopped by a signal. */
export function isStopped(pid: number): boolean {
  return seen(pid)?.isStopped === true;
}

/** Where pids mean what they mean here: this host and, in containers, this namespace. */
export function pidSpace(): string {
  return process.platform === "linux" ? `${hostname()} ${readlinkSync("/proc/self/ns/pid")}` : hostname();
}

function seen(pid: number): Seen | undefined {
  return process.platform === "linux" ? fromProc(pid) : fromPs(pid);
}

interface Seen {
  readonly group: number;
  readonly parent: number;
  readonly isStopped: boolean;
  readonly startedAt: string;
  readonly command: string;
}

function fromProc(pid: number): Seen | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1");
    // The second field is the name in parentheses and may hold anything, so count from its end: field 3 is first.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    const [state, parent, group] = fields;
    const ticks = fields[19];
    if (ticks === undefined || state === "Z" || state === "X") return undefined;
    const command = readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ").trim();
    const boot = readFileSync("/proc/sys/kernel/random/boot_id", "latin1").trim();
    const isStopped = state === "T" || state === "t";
    return {
      group: Number(group),
      parent: Number(parent),
      isStopped,
      startedAt: `${boot} ${ticks}`,
      command,
    };
  } catch {
    return undefined;
  }
}

function fromPs(pid: number): Seen | undefined {
  try {
    const line = execFileSync("ps", ["-o", "ppid=,pgid=,stat=,lstart=,command=", "-p", String(pid)], {
      encoding: "utf8",
      env: { ...process.env, LC_ALL: "C" },
      stdio: ["ignore", "pipe", "ignore"],
    });
    const match = /^\s*(\d+)\s+(\d+)\s+(\S+)\s+(\w+\s+\w+\s+\d+\s+[\d:]+\s+\d+)\s+(.*)$/m.exec(line);
    const [, parent, group, state, startedAt, command] = match ?? [];
    if (startedAt === undefined || command === undefined || state?.startsWith("Z")) return undefined;
    const isStopped = state?.startsWith("T") === true;
    return { group: Number(group), parent: Number(parent), isStopped, startedAt, command: command.trim() };
  } catch {
    return undefined;
  }
}
