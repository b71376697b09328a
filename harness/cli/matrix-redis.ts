import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { trackEnding } from "../system/ending.ts";
import { provideRedis } from "../system/provide-redis.ts";
import type { AskedMatrix } from "./mutants-options.ts";

/** Does `work` with one Redis for all of it: the given one, or one of our own, which is stopped at the end, on Ctrl-C too. */
export async function withMatrixRedis<T>(
  { redisUrl, system }: Pick<AskedMatrix, "redisUrl" | "system">,
  work: (redisUrl: string) => Promise<T>,
): Promise<T> {
  const ending = trackEnding();
  const runFolder = await mkdtemp(join(tmpdir(), "gatecrash-mutants-"));
  await using folder = ending.own({
    [Symbol.asyncDispose]: () => rm(runFolder, { recursive: true, force: true }),
  });
  try {
    const given = redisUrl === null ? {} : { url: redisUrl };
    await using redis = ending.own(await provideRedis({ ...given, system, runFolder, onProgress() {} }));
    return await work(redis.url);
  } finally {
    await ending.release();
    await folder[Symbol.asyncDispose]();
  }
}
