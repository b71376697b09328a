import type { Redis } from "ioredis";
import type { Registry } from "prom-client";
import type { Algorithm } from "./algorithms/algorithm.ts";
import { fixedWindow } from "./algorithms/fixed-window.ts";
import { gcra } from "./algorithms/gcra.ts";
import { slidingCounter } from "./algorithms/sliding-counter.ts";
import { slidingLog } from "./algorithms/sliding-log.ts";
import type { Policy } from "./policy.ts";

/** The algorithms that a policy may name. */
export const ALGORITHMS: Readonly<
  Record<"sliding-log" | "sliding-counter" | "gcra" | "fixed-window", Algorithm>
> = {
  "sliding-log": slidingLog,
  "sliding-counter": slidingCounter,
  gcra,
  "fixed-window": fixedWindow,
};

export type AlgorithmName = keyof typeof ALGORITHMS;

/** A policy, and how it is kept. */
export interface LimiterPolicy extends Policy {
  /** @default the limiter's `algorithm` */
  readonly algorithm?: AlgorithmName;
  /**
   * When Redis cannot decide: `local` admits this process's share of what remained, `open` lets in, `closed` refuses as
   * `unavailable`. A request must be let in by all its policies. @default "local"
   */
  readonly fallback?: "local" | "open" | "closed";
  /**
   * What a process may admit of a key by `local`: `equal`, never more than its share of the limit; `observed` (the two
   * sliding algorithms), for one window also again what it had been admitting itself. @default "equal"
   */
  readonly share?: "equal" | "observed";
  /** The least share by `local`: 0 keeps limits below the number of processes, but some of these admit nothing. @default 1 */
  readonly minimumShare?: 0 | 1;
}

/** A Redis Cluster, by some of its nodes. */
export interface RedisCluster {
  /**
   * Any of its nodes, at least one: of these the others are asked for. Each is a URL, or a client whose options are
   * used. User, password and TLS of the first are used for all masters.
   */
  readonly cluster: readonly (string | Redis)[];
}

export interface LimiterOptions {
  /** A URL, or a client whose options are used for a connection of the limiter's own; or the nodes of a cluster. */
  readonly redis: string | Redis | RedisCluster;
  /** Each holds for every request, by subject; all are decided in one step: all are charged, or none. */
  readonly policies: readonly LimiterPolicy[];
  /** For policies that name none. @default "sliding-log" */
  readonly algorithm?: AlgorithmName;
  /** How all keys begin. Limiters with the same prefix and policy name share what they count. @default "gatecrash" */
  readonly prefix?: string;
  /**
   * The subject by which all keys of a request are placed, so that they are in one slot of a cluster: the one that
   * comprises the others (`tenant`, if a user belongs to one tenant). The others are counted within it. Policies that
   * name different subjects need it in a cluster. @default each key by its own subject
   */
  readonly tag?: string;
  /** When Redis has not answered by then, the decision is made without it. Milliseconds, at least 1. @default 50 */
  readonly deadlineMs?: number;
  /**
   * Which of the processes that share the limits this is: `index` from 0 to `count` - 1, each used once. By `local` each
   * admits one part of `count`, so with the default every process takes itself for the only one. @default one of one
   */
  readonly replica?: { readonly index: number; readonly count: number };
  /** Keys of each policy that are known to this process when Redis fails; all others share one. @default 100_000 */
  readonly maxKeys?: number;
  /** Where the metrics go. @default a new one, `limiter.registry` */
  readonly registry?: Registry;
}

/** Whether it is a cluster. A client has a command of that name. */
export function isCluster(redis: LimiterOptions["redis"]): redis is RedisCluster {
  return typeof redis !== "string" && Array.isArray(redis.cluster);
}

/** The options are wrong; `mistakes` has a sentence for each, saying what would be right. */
export class LimiterOptionsError extends Error {
  readonly code = "ERR_LIMITER_OPTIONS";
  readonly mistakes: readonly string[];

  constructor(mistakes: readonly string[], what = "The limiter") {
    super(`${what} cannot be created:\n- ${mistakes.join("\n- ")}`);
    this.name = "LimiterOptionsError";
    this.mistakes = mistakes;
  }
}
