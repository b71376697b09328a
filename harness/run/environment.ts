import { arch, availableParallelism, cpus, platform, release, totalmem } from "node:os";
import type { Environment } from "../history/history.ts";
import { packageVersion } from "../package-root.ts";
import type { RedisServer } from "../system/redis-server.ts";

/** Where this run took place; `redis` is null where none is known. */
export function environmentOf(redis: RedisServer | null): Environment {
  const model = cpus()[0]?.model.trim() ?? "unknown processor";
  return {
    gatecrash: packageVersion(),
    node: process.versions.node,
    platform: `${platform()} ${release()} ${arch()}`,
    cpus: `${availableParallelism()} × ${model}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
    redis: redis === null ? "not known" : `${redis.version}, ${redis.origin.replace(/:.*/, "")}`,
  };
}
