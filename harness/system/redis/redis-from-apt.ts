import { join } from "node:path";
import { Refusal } from "../../refusal.ts";
import { cacheFolder } from "../cache-folder.ts";
import { runBriefly } from "../run-briefly.ts";
import { systemName } from "../system-name.ts";
import { currentCopy, installCopy } from "./apt-copy.ts";
import { startOwnRedis } from "./own-redis.ts";
import {
  isNewEnough,
  oldestRedis,
  type RedisProgram,
  type RedisSource,
  type StartOptions,
} from "./source.ts";

/**
 * A copy that is fetched once into the project's cache from the package archive of Debian, Ubuntu and their like, with
 * the system's own apt-get but without root and without touching the system.
 */
export function redisFromApt(): RedisSource {
  return {
    name: "package archive",
    async find() {
      const missing = await missingTool();
      const home = join(cacheFolder(), "redis", systemName());
      const cached = await currentCopy(home);
      if (cached === undefined && missing !== undefined) return { found: false, reason: missing };
      if (cached !== undefined && !isNewEnough(cached.version))
        return { found: false, reason: tooOld(cached) };
      return {
        found: true,
        origin: cached ? described(cached) : `would be fetched once with apt-get into ${home}`,
        start: async (options) => {
          const program = cached ?? (await fetched(home, options));
          return startOwnRedis(program, { ...options, origin: described(program) });
        },
      };
    },
  };
}

async function fetched(home: string, { onProgress }: StartOptions): Promise<RedisProgram> {
  const program = await installCopy(home, onProgress);
  if (isNewEnough(program.version)) return program;
  throw new Refusal(tooOld(program));
}

function tooOld({ version }: RedisProgram): string {
  return `it has Redis ${version}, older than ${oldestRedis}`;
}

function described({ command, version }: RedisProgram): string {
  return `fetched with apt-get: ${command} ${version}`;
}

async function missingTool(): Promise<string | undefined> {
  if (process.platform !== "linux") return "only Debian, Ubuntu and their like have one that is known here";
  for (const command of ["apt-get", "dpkg-deb"]) {
    const { code } = await runBriefly({ command, args: ["--version"], withinMs: 10_000 });
    if (code !== 0) return `there is no ${command} here`;
  }
  return undefined;
}
