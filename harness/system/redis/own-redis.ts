import { join } from "node:path";
import { Refusal } from "../../refusal.ts";
import { clockFile } from "../faketime/clock-file.ts";
import { freePort } from "../free-port.ts";
import { leasedFolder } from "../leased-folder.ts";
import type { RedisServer } from "../redis-server.ts";
import { redisControls } from "./redis-controls.ts";
import { type RedisPlace, type RedisProcess, redisUrlOf, startRedisProcess } from "./redis-process.ts";
import type { RedisProgram, StartOptions } from "./source.ts";

const portTries = 5;

/** How to start a Redis of our own. */
export interface OwnRedisOptions extends StartOptions {
  readonly origin: string;
  /** Asked for each try. @default a free port */
  readonly choosePort?: () => Promise<number>;
  /** Of its log in the run's `logs`. @default redis.log */
  readonly logName?: string;
}

/**
 * Starts a Redis of our own: on a private free port of 127.0.0.1, in a private folder, without persistence. Disposing
 * it stops it and removes the folder. A `Refusal` tells its last words if it does not come up.
 */
export async function startOwnRedis(program: RedisProgram, options: OwnRedisOptions): Promise<RedisServer> {
  const {
    origin,
    runFolder,
    faketime,
    settings = {},
    choosePort = freePort,
    logName = "redis.log",
  } = options;
  await using stack = new AsyncDisposableStack();
  const { path: folder } = stack.use(leasedFolder("redis"));
  const clock = faketime === undefined ? null : clockFile(faketime, folder);
  const place = { folder, logFile: join(runFolder, "logs", logName), clock, settings };
  const first = await startOnFreePort(program, place, choosePort);
  let replicas = 0;
  const { controls, pid, stop } = redisControls(program, first, () =>
    startOwnRedis(program, {
      ...options,
      origin: `follows ${redisUrlOf(first.place.port)}`,
      choosePort: freePort,
      logName: `redis-replica-${++replicas}.log`,
    }),
  );
  stack.defer(stop);
  const owned = stack.move();
  let disposed: Promise<void> | undefined;
  return {
    url: redisUrlOf(first.place.port),
    version: first.life.version,
    origin,
    owned: true,
    get pid() {
      return pid();
    },
    controls,
    [Symbol.asyncDispose]() {
      disposed ??= owned.disposeAsync();
      return disposed;
    },
  };
}

async function startOnFreePort(
  program: RedisProgram,
  somewhere: Omit<RedisPlace, "port">,
  choosePort: () => Promise<number>,
): Promise<{ readonly place: RedisPlace; readonly life: RedisProcess }> {
  for (let tries = 1; ; tries++) {
    const place = { ...somewhere, port: await choosePort() };
    const life = await startRedisProcess(program, place);
    if ("pid" in life) return { place, life };
    if (!life.isPortTaken || tries === portTries) {
      throw new Refusal(
        `${program.command} does not come up: see ${place.logFile}, which ends with: ${life.lastWords}`,
      );
    }
  }
}
