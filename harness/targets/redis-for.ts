import type { Faketime } from "../system/faketime/find-faketime.ts";
import { provideRedis } from "../system/provide-redis.ts";
import type { RedisServer } from "../system/redis-server.ts";
import type { TargetOrder } from "./target.ts";

/** The Redis behind gateways that a run starts: the one that was given, else one that is provided. */
export function redisFor(
  { redisUrl, system, runFolder, onStep }: TargetOrder,
  faketime: Faketime | null,
): Promise<RedisServer> {
  return provideRedis({
    ...(redisUrl === null ? {} : { url: redisUrl }),
    ...(faketime === null ? {} : { faketime }),
    system,
    runFolder,
    onProgress: onStep,
  });
}
