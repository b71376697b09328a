import type { RedisServer } from "../system/redis-server.ts";
import { type RedisWays, startRedisWays } from "../system/redis-ways.ts";
import type { RunRequest, RunWatch } from "./run-request.ts";

/**
 * A way to Redis through a proxy for each replica: those of the Toxiproxy that was given, of one in Docker beside a Redis
 * in Docker, else of our own.
 */
export async function waysFor(
  { replicas, seed, runFolder, toxiproxyUrl }: RunRequest,
  redis: RedisServer,
  { onStep }: Pick<RunWatch, "onStep">,
): Promise<RedisWays> {
  const common = { redisUrl: redis.url, replicas, seed, runFolder };
  if (toxiproxyUrl !== null || redis.container === undefined) {
    return told(
      await startRedisWays({ ...common, ...(toxiproxyUrl === null ? {} : { toxiproxyUrl }) }),
      onStep,
    );
  }
  // Heavy, and needed in Docker only.
  const { toxiproxyFromDocker } = await import("../system/toxiproxy-from-docker.ts");
  await using stack = new AsyncDisposableStack();
  const docker = stack.use(await toxiproxyFromDocker(redis, { runFolder, onProgress: onStep }));
  const ways = stack.use(await startRedisWays({ ...common, toxiproxyUrl: docker.url, places: docker }));
  const owned = stack.move();
  return told({ ...ways, [Symbol.asyncDispose]: () => owned.disposeAsync() }, onStep);
}

function told(ways: RedisWays, onStep: (step: string) => void): RedisWays {
  onStep(`Redis is reached through ${ways.origin}`);
  return ways;
}
