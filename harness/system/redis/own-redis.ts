import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Refusal } from "../../refusal.ts";
import { freePort } from "../free-port.ts";
import { type GuardedProcess, startGuarded } from "../guarded-process.ts";
import { leaseFolder } from "../lease.ts";
import { groupOf } from "../process-identity.ts";
import type { RedisServer } from "../redis-server.ts";
import { askRedis, type RedisAnswer } from "./ask-redis.ts";
import type { RedisProgram, StartOptions } from "./source.ts";

const readyWithinMs = 15_000;
const portTries = 5;

/** How to start a Redis of our own. */
export interface OwnRedisOptions extends StartOptions {
  readonly origin: string;
  /** Asked for each try. @default a free port */
  readonly choosePort?: () => Promise<number>;
}

/**
 * Starts a Redis of our own: on a private free port of 127.0.0.1, in a private folder, without persistence. Disposing
 * it stops it and removes the folder. A `Refusal` tells its last words if it does not come up.
 */
export async function startOwnRedis(program: RedisProgram, options: OwnRedisOptions): Promise<RedisServer> {
  const { origin, runFolder, choosePort = freePort, settings = {} } = options;
  await using stack = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), "gatecrash-redis-"));
  const lease = leaseFolder(folder);
  stack.defer(async () => {
    await rm(folder, { recursive: true, force: true });
    lease.release();
  });
  const logFile = join(runFolder, "logs", "redis.log");
  const { redis, url, answer } = await startOnFreePort(program, { folder, logFile, choosePort, settings });
  stack.use(redis);
  const owned = stack.move();
  let disposed: Promise<void> | undefined;
  const dispose = () => {
    disposed ??= owned.disposeAsync();
    return disposed;
  };
  return {
    url,
    version: answer.version,
    origin,
    owned: true,
    pid: answer.pid,
    [Symbol.asyncDispose]: dispose,
  };
}

interface Place {
  readonly folder: string;
  readonly logFile: string;
  readonly choosePort: () => Promise<number>;
  readonly settings: Readonly<Record<string, string | number>>;
}

interface Started {
  readonly redis: GuardedProcess;
  readonly url: string;
  readonly answer: RedisAnswer;
}

async function startOnFreePort(
  program: RedisProgram,
  { folder, logFile, choosePort, settings }: Place,
): Promise<Started> {
  for (let tries = 1; ; tries++) {
    const port = await choosePort();
    const url = `redis://127.0.0.1:${port}`;
    const redis = await startGuarded({
      name: "redis",
      command: program.command,
      args: [...configuration(program, port, folder), ...asArguments(settings)],
      env: { ...process.env, ...program.env },
      cwd: folder,
      logFile,
    });
    const answer = await firstAnswer(redis, url);
    if (answer !== undefined) return { redis, url, answer };
    await redis.stop();
    const words = redis.lastLogLines(6).join(" | ");
    if (!/address already in use/i.test(words) || tries === portTries) {
      throw new Refusal(`${program.command} does not come up: see ${logFile}, which ends with: ${words}`);
    }
  }
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
