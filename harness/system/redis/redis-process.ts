import { rm } from "node:fs/promises";
import { join } from "node:path";
import { type ClockFile, forgetShared } from "../faketime/clock-file.ts";
import { type GuardedProcess, startGuarded } from "../guarded-process.ts";
import { groupOf } from "../process-identity.ts";
import { askRedis, type RedisAnswer } from "./ask-redis.ts";
import type { RedisProgram } from "./source.ts";

const readyWithinMs = 15_000;

/** One life of a Redis of our own that answers. */
export interface RedisProcess {
  readonly guarded: GuardedProcess;
  readonly version: string;
  /** Of Redis itself, should the program have started another one. */
  readonly pid: number;
}

/** Where it lives. */
export interface RedisPlace {
  readonly port: number;
  readonly folder: string;
  readonly logFile: string;
  /** The clock that it goes by; `null` for the machine's. */
  readonly clock: ClockFile | null;
  /** Added to the configuration. */
  readonly settings: Readonly<Record<string, string | number>>;
}

/** Why there is no such life. */
export interface NoRedisProcess {
  readonly lastWords: string;
  readonly isPortTaken: boolean;
}

/** The URL of the Redis on a port of this machine. */
export function redisUrlOf(port: number): string {
  return `redis://127.0.0.1:${port}`;
}

/** Starts Redis, empty, and waits until it answers. If it does not in time, none is left running. */
export async function startRedisProcess(
  program: RedisProgram,
  place: RedisPlace,
): Promise<RedisProcess | NoRedisProcess> {
  const { port, folder, logFile, clock, settings } = place;
  // What a replication has left there would be loaded.
  await rm(join(folder, "dump.rdb"), { force: true });
  const plain = {
    command: program.command,
    args: [...configuration(program, port, folder), ...asArguments(settings)],
  };
  const guarded = await startGuarded({
    name: "redis",
    ...(clock?.under(plain) ?? plain),
    env: { ...process.env, ...program.env },
    cwd: folder,
    logFile,
  });
  const answer = await firstAnswer(guarded, redisUrlOf(port));
  if (clock !== null) forgetShared(guarded.pid);
  if (answer !== undefined) return { guarded, version: answer.version, pid: answer.pid };
  await guarded.stop();
  const lastWords = guarded.lastLogLines(6).join(" | ");
  return { lastWords, isPortTaken: /address already in use/i.test(lastWords) };
}

function configuration({ version }: RedisProgram, port: number, folder: string): string[] {
  const options = {
    bind: "127.0.0.1",
    port,
    dir: folder,
    save: "",
    appendonly: "no",
    "protected-mode": "yes",
    daemonize: "no",
    "io-threads": 1,
    // A replica is in step at once.
    "repl-diskless-sync": "yes",
    "repl-diskless-sync-delay": 0,
    // The command line stays as it was given: the lease knows the process by it.
    "set-proc-title": "no",
    // Faults need DEBUG, which is switched off by default since version 7.
    ...(Number.parseInt(version, 10) >= 7 ? { "enable-debug-command": "local" } : {}),
  };
  return asArguments(options);
}

function asArguments(settings: Readonly<Record<string, string | number>>): string[] {
  return Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
}

/** `undefined` if it ended before, or did not answer in time. Somebody else's Redis on that port is no answer. */
async function firstAnswer(redis: GuardedProcess, url: string): Promise<RedisAnswer | undefined> {
  const deadline = performance.now() + readyWithinMs;
  while (redis.exit === null && performance.now() < deadline) {
    const answer = await askRedis(url, 1000).catch(() => undefined);
    if (answer !== undefined && groupOf(answer.pid) === groupOf(redis.pid)) {
      redis.renewLease();
      return answer;
    }
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  return undefined;
}
