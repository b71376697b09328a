import type { Redis, RedisOptions } from "ioredis";
import { type Address, redisClient } from "../redis-link.ts";
import { type SlotMap, slotMap } from "./slot-map.ts";

export interface TopologyOptions {
  /** Nodes that were named; the first says how all are reached. At least one. */
  readonly seeds: readonly (string | Redis)[];
  /** Nodes that are known by now, those first that can be expected to answer. */
  readonly known: () => readonly Address[];
  readonly onMap: (map: SlotMap) => void;
  /** Whether every key can be decided by Redis: then there is nothing to ask. */
  readonly isSettled: () => boolean;
}

/** Asks the cluster who serves which slot. */
export interface Topology {
  /** As soon as possible, first at `hint`, and again and again until everything is settled. */
  readonly refresh: (hint?: Address) => void;
  readonly close: () => void;
}

const EVERY_MS = 250;
const READ_WITHIN_MS = 500;

/** By default no two questions are further apart, unless nodes do not answer. */
export const LONGEST_REFRESH_MS: number = 1.5 * EVERY_MS + READ_WITHIN_MS;

/** Begins to ask when `refresh` is called. */
export function topology({ seeds, known, onMap, isSettled }: TopologyOptions): Topology {
  let isReading = false;
  let isClosed = false;
  let hinted: Address | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function read(): Promise<SlotMap | undefined> {
    const [first = ""] = seeds;
    const asked = [...(hinted === undefined ? [] : [hinted]), ...known()].map((at) => ({ redis: first, at }));
    hinted = undefined;
    for (const { redis, at } of [...asked, ...seeds.map((redis) => ({ redis, at: undefined }))]) {
      const map = isClosed ? undefined : await slotsAt(redis, at);
      if (map !== undefined) return map;
    }
    return undefined;
  }

  async function refresh(hint?: Address): Promise<void> {
    hinted = hint ?? hinted;
    if (isReading || isClosed) return;
    isReading = true;
    clearTimeout(timer);
    const map = await read();
    isReading = false;
    if (isClosed) return;
    if (map !== undefined) onMap(map);
    if (hinted !== undefined) void refresh();
    else if (!isSettled()) timer = setTimeout(refresh, EVERY_MS * (1 + Math.random() / 2)).unref();
  }

  return {
    refresh: (hint) => void refresh(hint),
    close() {
      isClosed = true;
      clearTimeout(timer);
    },
  };
}

const BRIEFLY = {
  lazyConnect: true,
  enableOfflineQueue: false,
  maxRetriesPerRequest: 0,
  connectTimeout: READ_WITHIN_MS,
  retryStrategy: () => null,
  protocol: 2,
  stringNumbers: false,
  disableClientInfo: true,
} satisfies RedisOptions;

/** What one node says, on a connection that is opened for it; undefined if it says nothing. */
async function slotsAt(redis: string | Redis, at: Address | undefined): Promise<SlotMap | undefined> {
  const client = redisClient(redis, BRIEFLY, at);
  client.on("error", () => {});
  const late = setTimeout(() => client.disconnect(), READ_WITHIN_MS);
  try {
    await client.connect();
    const { host = "127.0.0.1", port = 6379 } = client.options;
    return slotMap(await client.call("cluster", "slots"), at ?? { host, port });
  } catch {
    return undefined;
  } finally {
    clearTimeout(late);
    client.disconnect();
  }
}
