import { askDirectly } from "./ask-directly.ts";

/** ECHOs that Redis executes from one instant on. */
export interface EchoCount {
  /** How many since, by Redis's own count; `null` where it does not say. */
  readonly since: () => Promise<number | null>;
}

/**
 * Begins to count the ECHOs that Redis executes, by its own command statistics, past all proxies. ECHO is for the
 * harness alone: no limiter has a use for it.
 */
export async function countEchoes(redisUrl: string, withinMs = 2_000): Promise<EchoCount> {
  const before = await readEchoes(redisUrl, withinMs);
  return {
    async since() {
      const now = await readEchoes(redisUrl, withinMs);
      return before === null || now === null ? null : now - before;
    },
  };
}

function readEchoes(redisUrl: string, withinMs: number): Promise<number | null> {
  return askDirectly(redisUrl, withinMs, async (redis) => {
    const statistics = await redis.info("commandstats");
    return Number(/^cmdstat_echo:calls=(\d+)/m.exec(statistics)?.[1] ?? 0);
  });
}
