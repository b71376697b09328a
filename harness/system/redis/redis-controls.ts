import { freeze, thaw } from "../freeze.ts";
import { inTurn } from "../in-turn.ts";
import type { RedisControls, RedisServer } from "../redis-server.ts";
import { sendSignal } from "../send-signal.ts";
import { until } from "../until.ts";
import { type RedisPlace, type RedisProcess, redisUrlOf, startRedisProcess } from "./redis-process.ts";
import type { RedisProgram } from "./source.ts";
import { infoField, tellRedis } from "./tell-redis.ts";

/** A Redis of our own that is killed and started again; `stop` ends it for good. */
export interface ControlledRedis {
  readonly controls: RedisControls;
  /** Of the one that runs; `null` if none does. */
  readonly pid: () => number | null;
  readonly stop: () => Promise<void>;
}

/** The controls of a Redis whose first life runs at `place`; `startAnother` gives a second one beside it. */
export function redisControls(
  program: RedisProgram,
  { place, life: first }: { readonly place: RedisPlace; readonly life: RedisProcess },
  startAnother: () => Promise<RedisServer>,
): ControlledRedis {
  const next = inTurn();
  let life = first;
  let isOver = false;
  const pid = () => (life.guarded.exit === null ? life.pid : null);
  const kill = async (): Promise<void> => {
    const running = pid();
    if (running !== null) sendSignal(running, "SIGKILL");
    await life.guarded.stop();
  };
  const start = async (): Promise<void> => {
    if (isOver) throw new Error("Redis was stopped for good");
    if (pid() === null) life = await startAgain(program, place);
  };
  const stop = (): Promise<void> => {
    isOver = true;
    return next(() => life.guarded.stop());
  };
  const freezeIt = async (): Promise<void> => {
    const running = pid();
    if (running === null) throw new Error("Redis does not run, so it cannot be frozen");
    await freeze(running);
  };
  const thawIt = async (): Promise<void> => {
    const running = pid();
    if (running !== null) thaw(running);
  };
  const { clock, port } = place;
  return {
    pid,
    stop,
    controls: {
      kill: () => next(kill),
      start: () => next(start),
      freeze: () => next(freezeIt),
      thaw: () => next(thawIt),
      startReplica: () => startFollower(port, startAnother),
      setClock: clock === null ? null : (aheadMs) => next(() => setClock(clock, port, aheadMs)),
    },
  };
}

/** Nobody may take a port of ours meanwhile, but its last owner may take a moment to let go. */
async function startAgain(program: RedisProgram, place: RedisPlace): Promise<RedisProcess> {
  for (let tries = 1; ; tries++) {
    const life = await startRedisProcess(program, place);
    if ("pid" in life) return life;
    if (!life.isPortTaken || tries === 10) throw new Error(`Redis does not come up again: ${life.lastWords}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function startFollower(port: number, startAnother: () => Promise<RedisServer>): Promise<RedisServer> {
  await using stack = new AsyncDisposableStack();
  const replica = stack.use(await startAnother());
  await tellRedis(replica.url, ["REPLICAOF", "127.0.0.1", String(port)]);
  await until(async () => {
    const text = String(await tellRedis(replica.url, ["INFO", "replication"]).catch(() => ""));
    return infoField(text, "master_link_status") === "up";
  });
  stack.move();
  return replica;
}

async function setClock(
  { set }: { readonly set: (aheadMs: number) => void },
  port: number,
  aheadMs: number,
): Promise<void> {
  set(aheadMs);
  await until(async () => {
    const beforeMs = Date.now();
    const [seconds, micros] = (await tellRedis(redisUrlOf(port), ["TIME"])) as [string, string];
    const redisMs = Number(seconds) * 1_000 + Number(micros) / 1_000;
    // Date.now() counts whole milliseconds, rounded down.
    return redisMs - aheadMs >= beforeMs - 1 && redisMs - aheadMs <= Date.now() + 2;
  });
}
