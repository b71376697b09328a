import { trackEnding } from "../system/ending.ts";
import { leasedFolder } from "../system/leased-folder.ts";
import { provideRedis } from "../system/provide-redis.ts";
import type { AskedMatrix } from "./mutants-options.ts";

/** Does `work` with one Redis for all of it: the given one, or one of our own, which is stopped at the end, on Ctrl-C too. */
export async function withMatrixRedis<T>(
  { redisUrl, system }: Pick<AskedMatrix, "redisUrl" | "system">,
  work: (redisUrl: string) => Promise<T>,
): Promise<T> {
  const ending = trackEnding();
  await using folder = ending.own(leasedFolder("mutants"));
  const runFolder = folder.path;
  try {
    const given = redisUrl === null ? {} : { url: redisUrl };
    await using redis = ending.own(await provideRedis({ ...given, system, runFolder, onProgress() {} }));
    return await work(redis.url);
  } finally {
    await ending.release();
  }
}
