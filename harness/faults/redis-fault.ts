import type { RedisControls } from "../system/redis-server.ts";
import { disturb } from "./calm.ts";
import type { Fault } from "./fault.ts";
import type { FaultSite, RedisWay } from "./fault-site.ts";
import { inForce, type Looks } from "./in-force.ts";
import { takeTurn } from "./take-turn.ts";
import { tcpRedisProbe } from "./tcp-redis-probe.ts";

/** One way in which a Redis of our own breaks, for all replicas. */
export interface RedisFault
  extends Pick<Fault, "name" | "legend" | "cutsOff" | "breaksRedis" | "clockStepMs"> {
  /** @default "none" */
  readonly losesState?: Fault["losesState"];
  /** @default ["own-redis"] */
  readonly needs?: Fault["needs"];
  /** Breaks it; what `undo` was told until then is undone if it rejects. */
  readonly breakRedis: (ground: RedisGround) => Promise<Looks>;
}

/** What such a fault works with. */
export interface RedisGround {
  readonly site: FaultSite;
  /** Of the Redis itself, past all proxies. */
  readonly url: string;
  readonly controls: RedisControls;
  /** How the replicas that it aims at reach Redis. */
  readonly ways: readonly Way[];
  /** Gets what heals it, step by step. */
  readonly undo: AsyncDisposableStack;
}

/** The data path of one replica. */
export type Way = Pick<RedisWay, "replica" | "probe">;

/**
 * A fault of the Redis process. All paths are disturbed by it, also those at which it does not aim. Of faults that begin
 * together, each is verified before the next one is injected.
 */
export function redisFault({
  name,
  legend,
  losesState = "none",
  needs = ["own-redis"],
  cutsOff = false,
  breaksRedis = false,
  clockStepMs = 0,
  breakRedis,
}: RedisFault): Fault {
  return {
    name,
    legend,
    losesState,
    cutsOff,
    breaksRedis,
    clockStepMs,
    needs,
    async inject(site) {
      const { controls = null, url } = site.redis ?? {};
      if (controls === null || url === undefined) throw new Error(`${name} needs a Redis that is ours`);
      const proxies = site.paths.map(({ proxy }) => proxy);
      const endTurn = await takeTurn(...proxies);
      await using undo = new AsyncDisposableStack();
      undo.defer(endTurn);
      for (const proxy of proxies) undo.defer(disturb(proxy));
      const { verify, verifyHealed } = await breakRedis({
        site,
        url,
        controls,
        ways: waysOf(site, url),
        undo,
      });
      const verified = () => verify().finally(endTurn);
      return inForce({ name, site, undo: undo.move(), verify: verified, verifyHealed });
    },
  };
}

/** Without proxies a replica reaches Redis as we do. */
function waysOf({ paths, replicas }: FaultSite, url: string): readonly Way[] {
  if (paths.length > 0) return paths.filter(({ replica }) => replicas.includes(replica));
  const { hostname, port } = new URL(url);
  return replicas.map((replica) => ({ replica, probe: tcpRedisProbe(hostname, Number(port)) }));
}
