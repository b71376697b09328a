import { Refusal } from "../refusal.ts";
import { removeLeftovers } from "./leftovers.ts";
import { givenRedis } from "./redis/given-redis.ts";
import { redisFromApt } from "./redis/redis-from-apt.ts";
import { redisFromDocker } from "./redis/redis-from-docker.ts";
import { redisOnPath } from "./redis/redis-on-path.ts";
import { oldestRedis, type RedisSource, type StartOptions } from "./redis/source.ts";
import type { RedisServer } from "./redis-server.ts";

/** Where Redis may come from: programs of this machine, containers, or whichever is there. */
export type SystemChoice = "auto" | "local" | "docker";

/** Which Redis. */
export interface ProvideRedisOptions extends StartOptions {
  /** One that runs already; nothing else is then looked for. */
  readonly url?: string;
  readonly system: SystemChoice;
}

/**
 * A Redis that answers: the given one, else one of our own from the first source that has it. Also removes what a dead
 * harness left. A `Refusal` says in one sentence what to type when there is none.
 */
export async function provideRedis({ url, system, ...start }: ProvideRedisOptions): Promise<RedisServer> {
  removeLeftovers();
  if (url !== undefined) return givenRedis(url);
  const reasons: string[] = [];
  for (const source of redisSources(system)) {
    const found = await source.find();
    if (!found.found) {
      reasons.push(`${source.name}: ${found.reason}`);
      continue;
    }
    try {
      return await found.start(start);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      reasons.push(`${source.name}: ${error.message.replace(/\.$/, "")}`);
    }
  }
  throw new Refusal(`No Redis was found: ${whatToType(system)} (tried: ${reasons.join("; ")}).`);
}

/** All sources of a choice, the first one first. */
export function redisSources(system: SystemChoice): RedisSource[] {
  const local = [redisOnPath(), redisFromApt()];
  const docker = [redisFromDocker()];
  return { local, docker, auto: [...local, ...docker] }[system];
}

function whatToType(system: SystemChoice): string {
  const given = "or give one with --redis redis://HOST:PORT";
  if (system === "docker") return `use --system local, ${given}`;
  if (process.platform === "darwin") return `run \`brew install redis\`, ${given}`;
  return `install redis-server ${oldestRedis} or newer, ${given}`;
}
