import type { Gateways } from "../system/gateways.ts";
import type { RedisServer } from "../system/redis-server.ts";
import type { ControlledProxy } from "../toxiproxy/control.ts";
import type { RedisProbe } from "./redis-probe.ts";

/** All that a fault may touch. */
export interface FaultSite {
  /** The replicas that it aims at, ascending. */
  readonly replicas: readonly number[];
  /** Its own random choices come from it. */
  readonly seed: number;
  /** How each replica reaches Redis, by its number; empty in a run without proxies. */
  readonly paths: readonly RedisWay[];
  /** As the harness reaches it itself, past all proxies; `null` if it does not know where it is. */
  readonly redis: RedisServer | null;
  /** `null` before they are started. */
  readonly gateways: Gateways | null;
  /** For logs of what a fault starts. */
  readonly runFolder: string;
}

/** How one replica reaches Redis. */
export interface RedisWay {
  readonly replica: number;
  readonly proxy: ControlledProxy;
  /** Looks at Redis through the proxy, as the replica does. */
  readonly probe: RedisProbe;
}
