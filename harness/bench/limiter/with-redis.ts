import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { provideRedis } from "../../system/provide-redis.ts";

/** Runs `work` with a Redis for it alone, and a connection to it. */
export async function withRedis<T>(
  onStep: (step: string) => void,
  work: (redis: Redis, url: string) => Promise<T>,
): Promise<T> {
  const runFolder = await mkdtemp(join(tmpdir(), "gatecrash-bench-"));
  await using all = new AsyncDisposableStack();
  all.defer(() => rm(runFolder, { recursive: true, force: true }));
  const server = all.use(await provideRedis({ system: "auto", runFolder, onProgress: onStep }));
  const redis = new Redis(server.url);
  all.defer(() => redis.disconnect());
  return await work(redis, server.url);
}
