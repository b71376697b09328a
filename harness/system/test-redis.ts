import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { provideRedis } from "./provide-redis.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** One real Redis for all system tests: choose keys of your own, never flush it. */
    redisUrl: string;
  }
}

/** Global set-up of the system tests: `inject("redisUrl")` gives them a real Redis. Returns its end. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const runFolder = mkdtempSync(join(tmpdir(), "gatecrash-tests-"));
  const redis = await provideRedis({
    system: "auto",
    runFolder,
    onProgress: (message) => console.log(message),
  });
  project.provide("redisUrl", redis.url);
  return async () => {
    await redis[Symbol.asyncDispose]();
    rmSync(runFolder, { recursive: true, force: true });
  };
}
