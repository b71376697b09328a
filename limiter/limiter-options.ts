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

/** Everything that is wrong with `options`; empty if nothing is. */
export function mistakesIn(options: LimiterOptions): readonly string[] {
  const { redis, policies, algorithm = "sliding-log", prefix = "gatecrash", deadlineMs = 50 } = options;
  const { replica = { index: 0, count: 1 }, maxKeys = 1 } = options;
  const names = policies.map(({ name }) => name);
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [
    ...(isCluster(redis) ? clusterMistakes(redis, options) : []),
    ...(typeof redis === "string" ? urlMistakes(redis, "redis") : []),
    ...(policies.length === 0 ? ["policies is empty; give at least one { name, limit, windowMs }"] : []),
    ...[...twice].map((name) => `two policies are named "${name}"; give each its own name`),
    ...policies.flatMap((policy) => policyMistakes(policy, policy.algorithm ?? algorithm)),
    ...(/[{}]/.test(prefix)
      ? [`prefix "${prefix}" has a brace; braces are for the cluster's hash tag, leave them out`]
      : []),
    ...tagMistakes(options),
    ...(deadlineMs >= 1 && deadlineMs <= 60_000
      ? []
      : [`deadlineMs is ${deadlineMs}; give milliseconds from 1 to 60000`]),
    ...(isIndex(replica.index, replica.count)
      ? []
      : [`replica is ${replica.index} of ${replica.count}; give whole numbers, index from 0 to count - 1`]),
    ...(Number.isSafeInteger(maxKeys) && maxKeys >= 1
      ? []
      : [`maxKeys is ${maxKeys}; give a whole number of at least 1`]),
  ];
}

function isIndex(index: number, count: number): boolean {
  return Number.isSafeInteger(index) && Number.isSafeInteger(count) && index >= 0 && index < count;
}

function urlMistakes(redis: string, option: string): readonly string[] {
  const protocol = URL.canParse(redis) ? new URL(redis).protocol : "";
  if (["redis:", "rediss:"].includes(protocol)) return [];
  return [`${option} is not a redis:// or rediss:// URL; write it like redis://127.0.0.1:6379`];
}

function clusterMistakes({ cluster }: RedisCluster, { policies, tag }: LimiterOptions): readonly string[] {
  const urls = cluster.filter((node) => typeof node === "string");
  const subjects = [...new Set(policies.map(({ by }) => by))];
  return [
    ...(cluster.length === 0
      ? ["cluster is empty; give at least one node, like redis://127.0.0.1:6379"]
      : []),
    ...urls.flatMap((url) => [...urlMistakes(url, "a node of the cluster"), ...databaseMistakes(url)]),
    ...(subjects.length > 1 && tag === undefined
      ? [
          `the policies limit by ${subjects.map((by) => by ?? "the only subject").join(", ")}, whose keys are on different nodes of the cluster, so that no step can charge all; set tag to the subject that comprises the others`,
        ]
      : []),
  ];
}

function databaseMistakes(url: string): readonly string[] {
  const path = URL.canParse(url) ? new URL(url).pathname : "";
  if (["", "/", "/0"].includes(path)) return [];
  return [`a node of the cluster has the path "${path}"; a cluster has no databases, leave it out`];
}

function tagMistakes({ policies, tag }: LimiterOptions): readonly string[] {
  if (tag === undefined) return [];
  if (tag === "") return ["tag is empty; name one of the subjects, or leave it out"];
  if (policies.some(({ by }) => by !== undefined)) return [];
  return [`tag is "${tag}", but no policy says by which subject it limits; leave tag out`];
}

function policyMistakes(policy: LimiterPolicy, algorithm: string): readonly string[] {
  const { name, limit, windowMs, burst = limit, by, fallback = "local" } = policy;
  const chosen = Object.entries(ALGORITHMS).find(([known]) => known === algorithm)?.[1];
  const mistakes = [
    ...(/^[ !#-[\]-~]+$/.test(name)
      ? []
      : [`a policy is named "${name}"; use printable ASCII without quotes`]),
    ...wholeMistakes(name, "limit", limit),
    ...wholeMistakes(name, "windowMs", windowMs),
    ...wholeMistakes(name, "burst", burst),
    ...(by === "" ? [`policy "${name}": by is empty; name one of the subjects, or leave it out`] : []),
    ...(["local", "open", "closed"].includes(fallback)
      ? []
      : [`policy "${name}": fallback is "${fallback}"; choose local, open or closed`]),
    ...shareMistakes(policy, algorithm),
    ...(chosen === undefined
      ? [`algorithm "${algorithm}" is not known; choose ${Object.keys(ALGORITHMS).join(" or ")}`]
      : []),
  ];
  if (chosen === undefined || mistakes.length > 0) return mistakes;
  return chosen.mistakes(policy).map((mistake) => `policy "${name}": ${mistake}`);
}

function shareMistakes(
  { name, share = "equal", minimumShare = 1 }: LimiterPolicy,
  algorithm: string,
): readonly string[] {
  const isSliding = algorithm === "sliding-log" || algorithm === "sliding-counter";
  return [
    ...(share === "equal" || (share === "observed" && isSliding)
      ? []
      : [`policy "${name}": share is "${share}"; choose equal, or observed for a sliding algorithm`]),
    ...(minimumShare === 0 || minimumShare === 1
      ? []
      : [`policy "${name}": minimumShare is ${minimumShare}; choose 0 or 1`]),
  ];
}

/** Integers of a structured field have at most 15 digits. */
function wholeMistakes(policy: string, field: string, value: number): readonly string[] {
  if (Number.isInteger(value) && value >= 1 && value < 1e15) return [];
  return [`policy "${policy}": ${field} is ${value}; give a whole number from 1 to 999999999999999`];
}
