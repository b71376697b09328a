import { setTimeout as sleep } from "node:timers/promises";
import { askDirectly, harnessConnection } from "./ask-directly.ts";

/** Client connections of one life of one Redis. */
export interface Connections {
  /** `run_id` of that life: another one begins to count anew. */
  readonly runId: string;
  readonly ids: ReadonlySet<number>;
}

/** Watches which connections Redis has, so that the end of what was under way is proved and not assumed. */
export interface ConnectionWatch {
  /**
   * The connections of now that are not the harness's own; `null` if Redis does not say. Whatever had connected before
   * this call is among them, even where Redis had not yet accepted it: they are listed over a connection that queued
   * up behind.
   */
  readonly connectionsNow: () => Promise<Connections | null>;
  /** True once none of `connections` is left, or that life of Redis is over; false after `withinMs`. */
  readonly untilGone: (connections: Connections, withinMs: number) => Promise<boolean>;
}

/** Which connections count as the harness's own, beside those named so. */
export interface QuiescenceOptions {
  /** Redis's ids of them. @default none */
  readonly ownIds?: ReadonlySet<number>;
  /** How long one question to Redis may take. @default 2_000 */
  readonly patienceMs?: number;
  /** Pause between two looks. @default 100 */
  readonly everyMs?: number;
}

/** Watches the connections of the Redis at `redisUrl`, asked directly, past all proxies. Never rejects. */
export function quiescence(redisUrl: string, options: QuiescenceOptions = {}): ConnectionWatch {
  const { ownIds = new Set(), patienceMs = 2_000, everyMs = 100 } = options;
  const ask = () => listConnections(redisUrl, ownIds, patienceMs);
  return {
    connectionsNow: ask,
    async untilGone({ runId, ids }, withinMs) {
      const deadlineMs = performance.now() + withinMs;
      for (;;) {
        const now = await ask();
        if (now !== null && (now.runId !== runId || ![...ids].some((id) => now.ids.has(id)))) return true;
        if (performance.now() > deadlineMs) return false;
        await sleep(everyMs);
      }
    },
  };
}

function listConnections(
  redisUrl: string,
  ownIds: ReadonlySet<number>,
  withinMs: number,
): Promise<Connections | null> {
  return askDirectly(redisUrl, withinMs, async (redis) => {
    const runId = /^run_id:(\S+)/m.exec(await redis.info("server"))?.[1] ?? "";
    return { runId, ids: idsIn(String(await redis.client("LIST")), ownIds) };
  });
}

/** Replicas and the master of Redis are no clients of a limiter. */
function idsIn(list: string, ownIds: ReadonlySet<number>): ReadonlySet<number> {
  const ids = new Set<number>();
  for (const line of list.split("\n")) {
    const id = Number(/^id=(\d+)/.exec(line)?.[1] ?? Number.NaN);
    const isOwn = ownIds.has(id) || line.includes(` name=${harnessConnection}`);
    const isReplication = /\sflags=[A-Za-z]*[SM]/.test(line);
    if (Number.isInteger(id) && !isOwn && !isReplication) ids.add(id);
  }
  return ids;
}
