import type { Redis } from "ioredis";
import type { Contender } from "./contender.ts";
import { redisCpuUs } from "./redis-cpu.ts";

/** What one volley at one contender cost. */
export interface Volley {
  readonly perSecond: number;
  /** CPU of this process, callers included. */
  readonly nodeUs: number;
  /** CPU of Redis. */
  readonly redisUs: number;
}

/** `callers` ask as fast as they are answered, for `durationMs`; all costs are a decision's. */
export async function volley(
  { decide }: Contender,
  redis: Redis,
  { callers, durationMs, keys }: { callers: number; durationMs: number; keys: number },
): Promise<Volley> {
  const names = Array.from({ length: keys }, (_, i) => `198.51.${i >> 8}.${i & 255}`);
  let count = 0;
  let isOver = false;
  const caller = async (): Promise<void> => {
    while (!isOver) await decide(names[count++ % keys] ?? "");
  };
  const redisBefore = await redisCpuUs(redis);
  const nodeBefore = process.cpuUsage();
  const startedMs = performance.now();
  const timer = setTimeout(() => {
    isOver = true;
  }, durationMs);
  try {
    await Promise.all(Array.from({ length: callers }, caller));
  } finally {
    isOver = true;
    clearTimeout(timer);
  }
  const tookMs = performance.now() - startedMs;
  const { user, system } = process.cpuUsage(nodeBefore);
  const redisUs = (await redisCpuUs(redis)) - redisBefore;
  return { perSecond: (count * 1_000) / tookMs, nodeUs: (user + system) / count, redisUs: redisUs / count };
}
