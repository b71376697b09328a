import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "../system/free-port.ts";
import { infoField, tellRedis } from "../system/redis/tell-redis.ts";
import type { RedisServer } from "../system/redis-server.ts";
import { until } from "../system/until.ts";
import { allReply, askEach, timesOf } from "./ask-each.ts";
import { eventually } from "./eventually.ts";
import type { Fault } from "./fault.ts";
import type { FaultSite } from "./fault-site.ts";
import { type NotedRun, noteRun } from "./other-run.ts";
import { redisFault, type Way } from "./redis-fault.ts";
import { seeWrites } from "./see-writes.ts";
import { replicaWords } from "./seen-words.ts";

/** How far the follower lags. */
export interface RedisFailoverOptions {
  /** What was written in so many milliseconds before the promotion is lost; it may be a little more, never less. */
  readonly suffixMs: number;
}

/**
 * A follower that has heard nothing of the last writes is promoted, and all replicas are led to it. Healing leads them
 * back with nothing lost: Redis follows the promoted one, catches up, and takes over while writes wait.
 */
export function redisFailover({ suffixMs }: RedisFailoverOptions): Fault {
  if (!(suffixMs >= 0)) throw new RangeError(`suffixMs of redis-failover is ${suffixMs}`);
  return redisFault({
    name: "redis-failover",
    legend: `a follower of Redis that lags ${suffixMs} ms is promoted`,
    losesState: { suffixMs },
    needs: ["own-redis", "proxies"],
    async breakRedis({ site, url, controls, ways, undo }) {
      if (site.paths.length === 0 || ways.length < site.paths.length)
        throw new Error("redis-failover must aim at every replica, and lead it to the promoted Redis");
      const replica = undo.use(await controls.startReplica());
      const early = await noteRun(url);
      await inStep(url, replica);
      const nowhere = String(await freePort());
      const cutMs = performance.now();
      if (suffixMs > 0) await tellRedis(replica.url, ["REPLICAOF", "127.0.0.1", nowhere]);
      const late = await noteRun(url);
      if (suffixMs === 0) await inStep(url, replica);
      await sleep(Math.max(0, cutMs + suffixMs - performance.now()));
      await promote(site.paths, url, replica, undo);
      const promoted = await noteRun(replica.url);
      return {
        verify: () => seePromoted(ways, { promoted, early, late }),
        verifyHealed: () => seeLedBack(ways, early),
      };
    },
  });
}

/** Waits until a follower has all that was written. */
async function inStep(url: string, replica: RedisServer): Promise<void> {
  const offset = async (from: string, field: string) =>
    Number(infoField(String(await tellRedis(from, ["INFO", "replication"])), field));
  const written = await offset(url, "master_repl_offset");
  await until(async () => (await offset(replica.url, "slave_repl_offset")) >= written);
}

async function promote(
  paths: FaultSite["paths"],
  url: string,
  replica: RedisServer,
  undo: AsyncDisposableStack,
): Promise<void> {
  for (const { proxy } of paths) undo.defer(() => proxy.pointTo(proxy.upstream));
  undo.defer(() => handBack(url, replica));
  await tellRedis(replica.url, ["REPLICAOF", "NO", "ONE"]);
  await Promise.all(paths.map(({ proxy }) => proxy.pointTo(addressOf(replica))));
}

/** The old master gets all that was written meanwhile; then they change places, and nothing is written in between. */
async function handBack(url: string, promoted: RedisServer): Promise<void> {
  const role = async () => infoField(String(await tellRedis(url, ["INFO", "replication"])), "role");
  const [host, port] = addressOf(promoted).split(":") as [string, string];
  try {
    await tellRedis(url, ["REPLICAOF", host, port]);
    await until(async () => {
      const text = String(await tellRedis(url, ["INFO", "replication"]).catch(() => ""));
      return infoField(text, "master_link_status") === "up";
    });
    const [ownHost, ownPort] = addressOf({ url }).split(":") as [string, string];
    await tellRedis(promoted.url, ["FAILOVER", "TO", ownHost, ownPort, "TIMEOUT", "5000"]);
    await until(async () => (await role()) === "master");
  } finally {
    // Whatever went wrong, it must not follow one that will be stopped.
    await tellRedis(url, ["REPLICAOF", "NO", "ONE"]);
  }
}

function addressOf({ url }: Pick<RedisServer, "url">): string {
  return new URL(url).host;
}

/** `early` was written before the follower was cut off, `late` after. */
interface Marks {
  readonly promoted: NotedRun;
  readonly early: NotedRun;
  readonly late: NotedRun;
}

function seePromoted(ways: readonly Way[], { promoted, early, late }: Marks): Promise<string | null> {
  return eventually(async () => {
    const [told, kept, lost, role] = await Promise.all([
      askEach(ways, ["INFO", "server"]),
      askEach(ways, ["EXISTS", early.marker]),
      askEach(ways, ["EXISTS", late.marker]),
      askEach(ways, ["INFO", "replication"]),
    ]);
    const isThere =
      allReply(told, (reply) => infoField(reply, "run_id") === promoted.runId) &&
      allReply(role, (reply) => infoField(reply, "role") === "master");
    const isLagging = allReply(kept, (reply) => reply === "1") && allReply(lost, (reply) => reply === "0");
    if (!isThere || !isLagging) return null;
    return `run ${early.runId.slice(0, 8)} of Redis was replaced by its follower ${promoted.runId.slice(0, 8)} on ${replicaWords(told)}, in ${timesOf(told)}: a key from before the cut is there, one from after it is not`;
  }, 2_000);
}

function seeLedBack(ways: readonly Way[], { runId }: NotedRun): Promise<string | null> {
  return eventually(async () => {
    const told = await askEach(ways, ["INFO", "server"]);
    if (!allReply(told, (reply) => infoField(reply, "run_id") === runId)) return null;
    const written = await seeWrites(ways);
    return written === null ? null : `run ${runId.slice(0, 8)} of Redis is the master again; ${written}`;
  });
}
