import type { Redis } from "ioredis";
import type { Contender } from "./contender.ts";

const SUBJECTS = 200;

/** Bytes that Redis keeps for a subject to whom `hits` were admitted, its keys' names included. */
export async function memoryPerKey({ decide }: Contender, redis: Redis, hits: number): Promise<number> {
  const tag = `memory-of-${hits}-`;
  const before = new Set(await keysLike(redis, tag));
  for (let hit = 0; hit < hits; hit++) {
    await Promise.all(Array.from({ length: SUBJECTS }, (_, i) => decide(`${tag}${i}`)));
  }
  const made = (await keysLike(redis, tag)).filter((key) => !before.has(key));
  const sizes = await Promise.all(made.map((key) => redis.memory("USAGE", key)));
  return sizes.reduce<number>((sum, size) => sum + Number(size), 0) / SUBJECTS;
}

async function keysLike(redis: Redis, tag: string): Promise<string[]> {
  const keys: string[] = [];
  for await (const some of redis.scanStream({ match: `*${tag}*`, count: 5_000 })) keys.push(...some);
  return keys;
}
