import type { Policy } from "../../limiter/policy.ts";
import type { PromisesOf } from "../../limiter/promised.ts";
import type { FaultNeed } from "../faults/fault.ts";
import type { MetricNames, ToldMetrics } from "../history/history.ts";
import type { Faketime } from "../system/faketime/find-faketime.ts";
import type { GatewaySteering } from "../system/gateway-steering.ts";
import type { Gateways } from "../system/gateways.ts";
import type { SystemChoice } from "../system/provide-redis.ts";
import type { RedisServer } from "../system/redis-server.ts";
import type { Own, RedisWays } from "../system/redis-ways.ts";

/** What is under test: gateways that a run starts, or that run already. */
export interface Target {
  /** Names it in reports and folders. */
  readonly name: string;
  readonly promises: PromisesOf;
  /** Header in which it is told who asks. @default "x-client-id" */
  readonly keyHeader?: string;
  /** How its metrics are to be read. @default as the reference limiter calls its own, and only we ask it */
  readonly metrics?: ToldMetrics;
  /** What faults may touch, besides proxies and Redis. */
  readonly gives: readonly FaultNeed[];
  /** The Redis behind it; `null` if nobody has said where that is. */
  readonly redis: (order: TargetOrder, faketime: Faketime | null) => Promise<RedisServer | null>;
  /** A way to Redis for each gateway, through a proxy of its own; `null` if there are none. */
  readonly ways: (order: TargetOrder, redis: RedisServer | null) => Promise<RedisWays | null>;
  /** The gateways, ready; disposing stops those that were started. */
  readonly gateways: (order: TargetOrder, surroundings: Surroundings) => Promise<Gateways>;
}

/** How gateways that are not ours are asked and read; what is absent is as the gateway contract says. */
export interface Spoken {
  readonly keyHeader?: string;
  readonly metrics?: MetricNames;
}

/** What a run asks of its target. */
export interface TargetOrder {
  readonly policies: readonly Policy[];
  readonly replicas: number;
  readonly seed: number;
  /** Of the user's; null for our own. */
  readonly redisUrl: string | null;
  /** Address of a Toxiproxy of the user's; null for our own. */
  readonly toxiproxyUrl: string | null;
  readonly system: SystemChoice;
  readonly runFolder: string;
  readonly onStep: (step: string) => void;
  /** Registers what must be undone even when the run is cut short. @default nobody does */
  readonly own?: Own;
}

/** What a run puts around gateways that are started for it. */
export interface Surroundings {
  readonly runId: string;
  readonly redis: RedisServer | null;
  readonly ways: RedisWays | null;
  /** What faults act through from inside. */
  readonly steering: GatewaySteering | null;
}
