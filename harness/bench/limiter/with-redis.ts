import { Redis } from "ioredis";
import { leasedFolder } from "../../system/leased-folder.ts";
import { provideRedis } from "../../system/provide-redis.ts";

/** Runs `work` with a Redis for it alone, and a connection to it. */
export async function withRedis<T>(
  onStep: (step: string) => void,
  work: (redis: Redis, url: string) => Promise<T>,
): Promise<T> {
  await using all = new AsyncDisposableStack();
  const runFolder = all.use(leasedFolder("bench")).path;
  const server = all.use(await provideRedis({ system: "auto", runFolder, onProgress: onStep }));
  const redis = new Redis(server.url);
  all.defer(() => redis.disconnect());
  return await work(redis, server.url);
}
