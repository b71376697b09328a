import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { constants } from "node:os";
import { dirname } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { isGroupEmpty } from "./group-members.ts";
import { guardian } from "./guardian.ts";
import { lastLines } from "./last-lines.ts";
import { leaseProcesses, type ProcessEntry } from "./lease.ts";
import { identityOf } from "./process-identity.ts";
import { until } from "./until.ts";

/** A running program that ends, with all its children, no later than the harness. Disposing it stops it. */
export interface GuardedProcess extends AsyncDisposable {
  readonly name: string;
  /** Of the program itself (so that it can be frozen or killed); its group is the guardian's. */
  readonly pid: number;
  /** How it ended; never rejects. A program that ends by itself takes its children along. */
  readonly exited: Promise<Exit>;
  /** `null` while it runs. */
  readonly exit: Exit | null;
  /** The last `count` lines that it wrote to stdout or stderr. */
  lastLogLines(count: number): string[];
  /** Call it once the program is up: it may have replaced itself since it started. */
  renewLease(): void;
  /** TERM, after the grace KILL, for the whole group; done when nobody of it is left. */
  stop(): Promise<void>;
}

/** An exit code, or the signal that ended the program. */
export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** What to start. */
export interface GuardedOptions {
  readonly name: string;
  readonly command: string;
  readonly args?: readonly string[];
  /** The whole environment. @default the harness's own */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Gets stdout and stderr, appended; its folder is made. */
  readonly logFile: string;
  /** Whole seconds between TERM and KILL. @default 5 */
  readonly graceSeconds?: number;
}

/**
 * Starts a program under a guardian: in a process group of its own (the terminal's Ctrl-C does not reach it), on a pipe
 * whose end is its end, and on the lease. A command that does not exist exits with code 127.
 */
export async function startGuarded(options: GuardedOptions): Promise<GuardedProcess> {
  const { name, command, args = [], env = process.env, cwd, logFile, graceSeconds = 5 } = options;
  const child = launch(
    ["-c", guardian, "gatecrash-guardian", String(graceSeconds), command, ...args],
    env,
    cwd,
    logFile,
  );
  const words = told(child);
  const state: { exit: Exit | null } = { exit: null };
  const [pid] = await Promise.all([words.pid, once(child, "spawn")]);
  const guardianPid = child.pid ?? pid;
  await hasReplacedShell(pid, guardianPid);
  const lease = leasedOrKilled(child, name, [guardianPid, pid]);
  const exited = ended(child, words.exit).then((exit) => {
    state.exit = exit;
    lease.release();
    return exit;
  });
  return guarded({ child, name, pid, exited, state, lease, logFile, graceSeconds });
}

interface Parts {
  readonly child: ChildProcess;
  readonly name: string;
  readonly pid: number;
  readonly exited: Promise<Exit>;
  readonly state: { readonly exit: Exit | null };
  readonly lease: ProcessEntry;
  readonly logFile: string;
  readonly graceSeconds: number;
}

function guarded({ child, name, pid, exited, state, lease, logFile, graceSeconds }: Parts): GuardedProcess {
  const stop = async () => {
    child.stdin?.destroy();
    // The guardian keeps its own deadline; this one is for a guardian that was frozen or is gone.
    const late = setTimeout(() => killGroup(child), (graceSeconds + 2) * 1000);
    await exited;
    clearTimeout(late);
    // KILL has been sent to whoever is left; dying takes a moment.
    await until(() => child.pid === undefined || isGroupEmpty(child.pid));
  };
  return {
    name,
    pid,
    exited,
    get exit() {
      return state.exit;
    },
    lastLogLines: (count) => lastLines(logFile, count),
    renewLease: lease.renew,
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

function launch(
  args: string[],
  env: GuardedOptions["env"],
  cwd: string | undefined,
  logFile: string,
): ChildProcess {
  mkdirSync(dirname(logFile), { recursive: true });
  const log = openSync(logFile, "a");
  try {
    const child = spawn("/bin/sh", args, {
      detached: true,
      env: { ...env },
      stdio: ["pipe", log, log, "pipe"],
      ...(cwd === undefined ? {} : { cwd }),
    });
    child.stdin?.on("error", () => undefined);
    return child;
  } finally {
    closeSync(log);
  }
}

/** What the guardian tells on fd 3. Both reject when it could not start at all; `exit` is `null` if it was killed. */
function told(child: ChildProcess): { pid: Promise<number>; exit: Promise<number | null> } {
  const pid = Promise.withResolvers<number>();
  const exit = Promise.withResolvers<number | null>();
  const lines = createInterface({ input: child.stdio[3] as Readable });
  lines.on("line", (line) => {
    const [word, number] = line.split(" ");
    (word === "pid" ? pid : exit).resolve(Number(number));
  });
  lines.on("close", () => {
    exit.resolve(null);
    pid.reject(new Error("the guardian ended before it started its program"));
  });
  child.once("error", (cause) => pid.reject(new Error("the guardian could not be started", { cause })));
  return { pid: pid.promise, exit: exit.promise };
}

async function ended(child: ChildProcess, told: Promise<number | null>): Promise<Exit> {
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  killGroup(child);
  const code = await told;
  if (code === null) return { code: null, signal: "SIGKILL" };
  const signal = Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0];
  return signal === undefined ? { code, signal: null } : { code: null, signal: signal as NodeJS.Signals };
}

/** The group's number is the guardian's pid, which is not given away while any member of the group lives. */
function killGroup({ pid }: ChildProcess): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // Nobody is left, which is what we want.
  }
}

function leasedOrKilled(child: ChildProcess, name: string, pids: readonly [number, number]): ProcessEntry {
  try {
    return leaseProcesses(name, pids[0], pids);
  } catch (error) {
    killGroup(child);
    throw error;
  }
}

/** Right after the fork the command line is still the shell's: wait, at most a second, until it is the program's. */
async function hasReplacedShell(pid: number, guardianPid: number): Promise<void> {
  const shell = identityOf(guardianPid)?.command;
  for (let tries = 0; tries < 200 && shell !== undefined && identityOf(pid)?.command === shell; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
