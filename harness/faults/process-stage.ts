import type { Faketime } from "../system/faketime/find-faketime.ts";
import type { GatewaySteering } from "../system/gateway-steering.ts";
import { type Gateways, startGateways } from "../system/gateways.ts";
import { provideRedis } from "../system/provide-redis.ts";
import type { RedisServer } from "../system/redis-server.ts";
import { type RedisWays, startRedisWays } from "../system/redis-ways.ts";
import type { FaultSite } from "./fault-site.ts";

/** What the contract suite of the process faults breaks: a Redis, a way to it for each gateway, and gateways. */
export interface ProcessStage extends AsyncDisposable {
  readonly redis: RedisServer;
  readonly ways: RedisWays;
  readonly gateways: Gateways;
  readonly site: FaultSite & Pick<ProcessStage, "redis">;
}

/** What is on it. */
export interface ProcessStageOptions {
  readonly runFolder: string;
  readonly steering: GatewaySteering;
  /** Redis runs under it. */
  readonly faketime?: Faketime;
  /** @default 2 */
  readonly replicas?: number;
}

/** Starts real processes: our own Redis, an embedded Toxiproxy, and reference gateways. */
export async function startProcessStage(options: ProcessStageOptions): Promise<ProcessStage> {
  const { runFolder, steering, faketime, replicas = 2 } = options;
  await using stack = new AsyncDisposableStack();
  const clock = faketime === undefined ? {} : { faketime };
  const redis = stack.use(
    await provideRedis({ system: "local", runFolder, onProgress: () => undefined, ...clock }),
  );
  const ways = stack.use(await startRedisWays({ redisUrl: redis.url, replicas, runFolder, seed: 1 }));
  const gateways = stack.use(
    await startGateways({
      command: process.execPath,
      args: ["harness/targets/gateway.ts", "limiter/variants/sliding-log.ts"],
      replicas,
      policies: [{ name: "stage", limit: 1_000_000, windowMs: 60_000 }],
      redisUrl: ways.url,
      runFolder,
      steering,
    }),
  );
  const aimed = Array.from({ length: replicas }, (_, replica) => replica);
  const owned = stack.move();
  return {
    redis,
    ways,
    gateways,
    site: { replicas: aimed, seed: 1, paths: ways.ways, redis, gateways, runFolder },
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}
