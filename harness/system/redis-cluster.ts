import { Redis } from "ioredis";
import { freePort } from "./free-port.ts";
import { provideRedis } from "./provide-redis.ts";
import type { RedisServer } from "./redis-server.ts";
import { until } from "./until.ts";

/** One node, and somebody who may ask it anything. */
export interface ClusterMember {
  readonly redis: RedisServer;
  readonly client: Redis;
  /** How the cluster calls it. */
  readonly id: string;
}

/** A Redis Cluster of our own. */
export interface OwnRedisCluster extends AsyncDisposable {
  readonly masters: readonly ClusterMember[];
  /** Follows the first master. */
  readonly replica: ClusterMember | undefined;
  readonly urls: readonly string[];
  /** The slot of a key. */
  readonly slotOf: (key: string) => Promise<number>;
  /** Who serves a slot, as the member says that is asked. */
  readonly masterOf: (slot: number, asked?: ClusterMember) => Promise<ClusterMember>;
  /** Begins to move a slot. */
  readonly beginMove: (slot: number, from: ClusterMember, to: ClusterMember) => Promise<void>;
  /** Moves the keys that are there now. */
  readonly moveKeys: (slot: number, from: ClusterMember, to: ClusterMember) => Promise<void>;
  /** Everybody is told that the slot has moved. */
  readonly endMove: (slot: number, from: ClusterMember, to: ClusterMember) => Promise<void>;
}

export interface OwnRedisClusterOptions {
  readonly runFolder: string;
  /** @default 3 */
  readonly masters?: number;
  /** Whether the first master has one. @default "none" */
  readonly replica?: "first" | "none";
  /** By which port others are to reach a node. @default its own */
  readonly announce?: (redis: RedisServer) => Promise<number>;
}

const SLOTS = 16_384;

/**
 * Starts masters that share the slots evenly, in their order, from plain processes (Redis 7.0 or newer). A master that
 * is silent for half a second is replaced by its replica; slots that nobody serves do not stop the others.
 */
export async function startOwnRedisCluster(options: OwnRedisClusterOptions): Promise<OwnRedisCluster> {
  const { masters: count = 3, replica = "none" } = options;
  await using stack = new AsyncDisposableStack();
  const all = await Promise.all(
    Array.from({ length: count + (replica === "first" ? 1 : 0) }, async () => {
      const started = stack.use(await startNode(options));
      stack.defer(() => started.client.disconnect());
      return started;
    }),
  );
  const masters = all.slice(0, count);
  await join(all, masters);
  const [first] = masters;
  const follower = all[count];
  if (first !== undefined && follower !== undefined) await follow(follower, first);
  const owned = stack.move();
  return {
    ...moves(all),
    masters,
    replica: follower,
    urls: masters.map(({ redis }) => redis.url),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  };
}

type StartedMember = ClusterMember & AsyncDisposable & { readonly busPort: number };

async function startNode({ runFolder, announce }: OwnRedisClusterOptions): Promise<StartedMember> {
  const busPort = await freePort();
  const settings = {
    "cluster-enabled": "yes",
    "cluster-port": busPort,
    "cluster-node-timeout": 500,
    "cluster-require-full-coverage": "no",
    "cluster-allow-replica-migration": "no",
    "cluster-replica-validity-factor": 0,
    "repl-diskless-sync-delay": 0,
  };
  const redis = await provideRedis({ system: "local", runFolder, onProgress() {}, settings });
  const client = new Redis(redis.url, { retryStrategy: () => 50 });
  client.on("error", () => {});
  if (announce !== undefined) await client.config("SET", "cluster-announce-port", await announce(redis));
  const id = String(await client.call("cluster", "myid"));
  return { redis, client, id, busPort, [Symbol.asyncDispose]: () => redis[Symbol.asyncDispose]() };
}

async function join(all: readonly StartedMember[], masters: readonly StartedMember[]): Promise<void> {
  for (const [i, { client }] of masters.entries()) {
    const [begin, end] = [i, i + 1].map((part) => Math.round((part * SLOTS) / masters.length));
    await client.call("cluster", "addslotsrange", String(begin), String(Number(end) - 1));
    await client.call("cluster", "set-config-epoch", String(i + 1));
  }
  const [first, ...others] = all;
  for (const { redis, busPort } of others) {
    const { port } = new URL(redis.url);
    await first?.client.call("cluster", "meet", "127.0.0.1", port, String(busPort));
  }
  for (const { client } of all) {
    await until(async () => {
      const info = String(await client.call("cluster", "info"));
      return (
        info.includes("cluster_state:ok") &&
        info.includes(`cluster_known_nodes:${all.length}`) &&
        info.includes(`cluster_slots_assigned:${SLOTS}`)
      );
    });
  }
}

async function follow(follower: ClusterMember, master: ClusterMember): Promise<void> {
  await until(
    async () => (await follower.client.call("cluster", "replicate", master.id).catch(() => "")) === "OK",
  );
  await until(async () => (await follower.client.info("replication")).includes("master_link_status:up"));
  await until(async () =>
    String(await master.client.call("cluster", "nodes")).includes(`slave ${master.id}`),
  );
}

function moves(all: readonly ClusterMember[]) {
  const [first] = all;
  const setSlot = (asked: ClusterMember | undefined, slot: number, ...words: string[]) =>
    asked?.client.call("cluster", "setslot", String(slot), ...words);
  return {
    slotOf: async (key: string) => Number(await first?.client.call("cluster", "keyslot", key)),
    async masterOf(slot: number, asked = first): Promise<ClusterMember> {
      const ranges = (await asked?.client.call("cluster", "slots")) as [
        number,
        number,
        [string, number, string],
      ][];
      const [, , [, , id] = []] = ranges.find(([begin, end]) => begin <= slot && slot <= end) ?? [];
      const member = all.find((one) => one.id === id);
      if (member === undefined) throw new Error(`nobody serves slot ${slot}`);
      return member;
    },
    async beginMove(slot: number, from: ClusterMember, to: ClusterMember): Promise<void> {
      await setSlot(to, slot, "importing", from.id);
      await setSlot(from, slot, "migrating", to.id);
    },
    async moveKeys(slot: number, from: ClusterMember, to: ClusterMember): Promise<void> {
      const keys = (await from.client.call("cluster", "getkeysinslot", String(slot), "1000")) as string[];
      const { hostname, port } = new URL(to.redis.url);
      if (keys.length > 0)
        await from.client.call("migrate", hostname, port, "", "0", "5000", "keys", ...keys);
    },
    async endMove(slot: number, from: ClusterMember, to: ClusterMember): Promise<void> {
      const others = all.filter((member) => member !== from && member !== to);
      for (const member of [to, from, ...others]) await setSlot(member, slot, "node", to.id)?.catch(() => {});
    },
  };
}
