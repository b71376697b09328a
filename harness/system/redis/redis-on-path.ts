import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { startOwnRedis } from "./own-redis.ts";
import { programVersion } from "./program-version.ts";
import { isNewEnough, oldestRedis, type RedisSource } from "./source.ts";

const programs = ["redis-server", "valkey-server"];

/** A `redis-server` or `valkey-server` on the PATH that is new enough. */
export function redisOnPath(path: string = process.env.PATH ?? ""): RedisSource {
  return {
    name: "PATH",
    async find() {
      const reasons: string[] = [];
      for (const command of programs.flatMap((program) => located(program, path))) {
        const version = await programVersion(command);
        if (version === undefined) reasons.push(`${command} does not run`);
        else if (!isNewEnough(version)) reasons.push(`${command} is ${version}, older than ${oldestRedis}`);
        else {
          const origin = `${command} ${version}`;
          return {
            found: true,
            origin,
            start: (options) => startOwnRedis({ command, env: {}, version }, { ...options, origin }),
          };
        }
      }
      return { found: false, reason: reasons.join("; ") || `no ${programs.join(" or ")} on the PATH` };
    },
  };
}

function located(program: string, path: string): string[] {
  const files = path.split(delimiter).map((folder) => join(folder || ".", program));
  return files.filter(isExecutable).slice(0, 1);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
