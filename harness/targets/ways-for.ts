import type { RedisServer } from "../system/redis-server.ts";
import { type RedisWays, startRedisWays } from "../system/redis-ways.ts";
import type { TargetOrder } from "./target.ts";

/**
 * A way to Redis through a proxy for each replica: those of the Toxiproxy that was given, of one in Docker beside a Redis
 * in Docker, else of our own.
 */
export async function waysFor(
  { replicas, seed, runFolder, toxiproxyUrl, onStep, own }: TargetOrder,
  redis: RedisServer,
): Promise<RedisWays> {
  const owning = own === undefined ? {} : { own };
  const common = { redisUrl: redis.url, replicas, seed, runFolder, ...owning };
  if (toxiproxyUrl !== null || redis.container === undefined) {
    return startRedisWays({ ...common, ...(toxiproxyUrl === null ? {} : { toxiproxyUrl }) });
  }
  // Heavy, and needed in Docker only.
  const { toxiproxyFromDocker } = await import("../system/toxiproxy-from-docker.ts");
  await using stack = new AsyncDisposableStack();
  const docker = stack.use(await toxiproxyFromDocker(redis, { runFolder, onProgress: onStep }));
  const ways = stack.use(await startRedisWays({ ...common, toxiproxyUrl: docker.url, places: docker }));
  const owned = stack.move();
  return { ...ways, [Symbol.asyncDispose]: () => owned.disposeAsync() };
}
