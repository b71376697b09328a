import type { RequestListener } from "node:http";
import type { Redis } from "ioredis";
import type { Policy } from "../policy.ts";
import type { PromisesOf } from "../promised.ts";

/** What one gateway process tells the limiter that it runs. */
export interface GatewayContext {
  /** Policies that hold for every request; the subject is the header `x-client-id` (`x-<by>-id` where a policy says by whom), the cost `x-cost`. */
  readonly policies: readonly Policy[];
  /** Redis as this replica reaches it (its own proxy, if there is one). */
  readonly redisUrl: string;
  /** In place of `redisUrl`, where there is no network: a client that is duplicated for each connection. @default none */
  readonly redisClient?: Redis;
  /** Begins every key that this run makes, so that all of them can be found again. @default the limiter's own */
  readonly keyPrefix?: string;
  readonly replicaIndex: number;
  readonly replicaCount: number;
}

/** Redis as this replica reaches it. */
export function redisOf({
  redisUrl,
  redisClient,
}: Pick<GatewayContext, "redisUrl" | "redisClient">): string | Redis {
  return redisClient ?? redisUrl;
}

/** A limiter in service: `listener` answers `GET /` with 200, 429 or 503 as the gateway contract asks. */
export interface Protected {
  readonly listener: RequestListener;
  /** The limiter's own Prometheus metrics; absent when the limiter has none. */
  readonly metrics?: () => Promise<string>;
  /** Frees every socket and timer. */
  readonly close: () => Promise<void>;
}

/** A limiter that the harness can run: one file, one exported `variant`, known by the file's name. */
export interface Variant {
  /** One sentence: what it is and what is special about it. */
  readonly about: string;
  /** The npm packages that it is made of, for reports that name versions. @default only our own code */
  readonly packages?: readonly string[];
  readonly promises: PromisesOf;
  /** Puts the limiter before a resource that answers 200 `ok`. */
  readonly protect: (context: GatewayContext) => Promise<Protected>;
}

/** A limiter with one bug seeded on purpose, and its fixed twin. */
export interface Mutant {
  readonly about: string;
  /** The real bug that it re-tells: repository and issue. */
  readonly source: string;
  /** Names of the checkers of which at least one must convict it. */
  readonly convictedBy: readonly string[];
  /** The stories made for it: each of them must convict it. Empty while none reliably does. */
  readonly scenarios: readonly string[];
  /**
   * Where it shows: 1 in simulated time, where nothing breaks and the replicas' clocks differ; 2 live, where nothing
   * breaks either; 3 live, with the faults of its stories. @default in all of them
   */
  readonly levels?: readonly (1 | 2 | 3)[];
  readonly variant: (options: { readonly bug: boolean }) => Variant;
}
