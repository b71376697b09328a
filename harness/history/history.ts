import type { Policy } from "../../limiter/policy.ts";
import type { Promises } from "../../limiter/promised.ts";
import type { Requests, Source } from "./requests.ts";

/** The version of everything below; a reader refuses any other. */
export const historySchemaVersion = 2;

/**
 * Everything that was seen of one run, on one monotonic clock (milliseconds of CLOCK_MONOTONIC). It is all that
 * a checker or a report is given: an old run can be judged and drawn again without Redis.
 */
export interface History {
  readonly schemaVersion: typeof historySchemaVersion;
  readonly run: RunRecord;
  readonly policies: readonly Policy[];
  /** What the variant promised for each policy, in the order of `policies`. */
  readonly promises: readonly Promises[];
  readonly phases: readonly PhaseSpan[];
  readonly requests: Requests;
  /** Names of the subjects, without the random run id that they carried on the wire. */
  readonly subjects: readonly string[];
  /** To whom else each of `subjects` belongs, in their order, by the name that a policy gives in `by`. @default to nobody */
  readonly belongs?: Readonly<Record<string, readonly string[]>>;
  readonly lives: readonly ReplicaLife[];
  readonly quiescences: readonly Quiescence[];
  readonly faults: readonly FaultRecord[];
  readonly scrapes: readonly Scrape[];
  /** What clients saw that owned their subjects: in order of time, and no rows of `requests`. @default there were none */
  readonly visits?: readonly Visit[];
  /** What was left in Redis when the last request had been answered. @default nobody looked */
  readonly keyAudit?: KeyAudit;
  /** How the metrics in the scrapes are to be read. @default as the reference limiter calls its own, and only we asked */
  readonly metrics?: ToldMetrics;
  readonly clock: readonly ClockSample[];
  readonly redisPath: RedisPath;
  /** In order of time. */
  readonly redisSamples: readonly RedisSample[];
  /** Why Redis's state may have been lost in the run by nobody's plan, so that no window can be judged; null if not. */
  readonly stateDoubt: string | null;
  /** What the engines themselves reported, one entry a phase. */
  readonly engines: readonly EngineRecord[];
}

/** The harness's own way to Redis, asked for TIME again and again: what is slow here, the limiter did not cause. */
export interface RedisPath {
  readonly asked: number;
  /** The calls that took longer than `slowCallMs`, from question to answer (or to giving up). */
  readonly slow: readonly { readonly fromMs: number; readonly untilMs: number }[];
}

/** Calls of the harness to Redis that take longer than this, in milliseconds, are recorded one by one. */
export const slowCallMs = 5;

/** What an engine knows of one phase beyond its rows. */
export interface EngineRecord {
  readonly phase: string;
  /** Where the engine's own books and the recorded rows disagree; empty when they agree. */
  readonly discrepancies: readonly string[];
  /** Requests of a saturating phase that its time did not suffice for. */
  readonly unsent: number;
}

/** What was run, where, and how to run it again. */
export interface RunRecord {
  readonly scenario: string;
  /** The file of a scenario that is none of ours. */
  readonly scenarioFile?: string;
  readonly variant: string;
  /** Random, part of every key on the wire, no part of the seed. */
  readonly id: string;
  readonly seed: number;
  /** Wall clock, ISO 8601. */
  readonly startedAt: string;
  /** Instant on the monotonic clock that reports call zero. */
  readonly originMs: number;
  /** The gates that the run was started with. */
  readonly gates: readonly string[];
  /** The baselines that it was started with, each as its file's JSON. @default none */
  readonly baselines?: readonly string[];
  /** The one line that repeats this run. */
  readonly command: string;
  readonly environment: Environment;
}

export interface Environment {
  readonly gatecrash: string;
  readonly node: string;
  readonly platform: string;
  readonly cpus: string;
  readonly redis: string;
}

/** A named part of the run; requests belong to the phase that scheduled them. */
export interface PhaseSpan {
  readonly name: string;
  readonly fromMs: number;
  readonly untilMs: number;
  /** Where its schedule ends; from then until `untilMs` only answers are waited for. @default it has none */
  readonly scheduledUntilMs?: number;
  /** `open`: paced from a schedule. `saturate`: as fast as the target answers, so only proofs are judged. */
  readonly model: "open" | "saturate";
  /** Warm-ups are recorded, but no measurement and no demand for evidence concerns them. */
  readonly role: "warmup" | "judged";
}

/** One process life of one replica. `untilMs` is `null` while it was alive at the end. */
export interface ReplicaLife {
  readonly replica: number;
  readonly fromMs: number;
  readonly untilMs: number | null;
  /** How it ended, if nobody had ended it: a program that crashed, say. @default it lived, or was ended by us */
  readonly endedItself?: OwnEnd;
}

/** The end of a program that nobody had asked for. */
export interface OwnEnd {
  /** `code 1`, or the signal. */
  readonly how: string;
  /** The end of its log, oldest first. */
  readonly lastWords: readonly string[];
}

/** From here on nothing that this replica asked of Redis before is still under way: proved, not assumed. */
export interface Quiescence {
  readonly replica: number;
  readonly atMs: number;
}

/**
 * One fault that was injected. It was certainly in force in [injectedMs, healingMs], and certainly not before
 * `fromMs` or after `untilMs`.
 */
export interface FaultRecord {
  readonly name: string;
  readonly legend: string;
  readonly replicas: readonly number[];
  /** Injecting began. */
  readonly fromMs: number;
  /** Injecting was done. */
  readonly injectedMs: number;
  /** Healing began. */
  readonly healingMs: number;
  /** Healing was done. */
  readonly untilMs: number;
  readonly losesState: "none" | "all" | { readonly suffixMs: number };
  /**
   * While it is in force no answer of Redis reaches `replicas`: whatever they decide, they decide alone.
   * @default false: some answers may come, so nothing is known of who decided
   */
  readonly cutsOff?: boolean;
  /**
   * It breaks Redis itself, not the way to it: the harness's own calls are slow or fail too, and excuse nobody.
   * @default false
   */
  readonly breaksRedis?: boolean;
  /** While it is in force Redis's clock is so much ahead of what it was, negative for behind. @default 0 */
  readonly clockStepMs?: number;
  /** What was seen of its effect from outside; `null` when nothing was seen. */
  readonly verified: string | null;
  /** What was seen once it was healed; `null` when it was not seen to be healed. */
  readonly healed: string | null;
}

/** Redis's own counters, read between `fromMs` and `untilMs` past all proxies; one process life counts from zero. */
export interface RedisSample {
  readonly fromMs: number;
  readonly untilMs: number;
  /** `run_id` of INFO: another one is another life. */
  readonly runId: string;
  /** Connections accepted in this life; those of the harness that were made while it was watched are left out. */
  readonly connectionsReceived: number;
  readonly connectedClients: number;
  readonly commandsProcessed: number;
  /** EVAL and EVALSHA calls, microseconds spent in them, and those that failed or were rejected. */
  readonly scriptCalls: number;
  readonly scriptUs: number;
  readonly scriptFailures: number;
  readonly usedMemoryBytes: number;
  /** Bytes read and written in this life, but for these readings themselves. @default not read */
  readonly networkBytes?: number;
}

/** One reading of a replica's metrics; the text itself is kept in the run's folder. */
export interface Scrape {
  readonly replica: number;
  readonly requestedMs: number;
  readonly receivedMs: number;
  readonly text: string;
  /** What the answer calls itself, if it is not the Prometheus text format. @default it is */
  readonly format?: "openmetrics";
  /** So often the replica was asked for its metrics in vain since its scrape before. @default never */
  readonly unreadBefore?: number;
}

/** One request of a client that owns its subject and asks one after the other, with the fields of the answer. */
export interface Visit {
  readonly subject: string;
  readonly replica: number;
  /** Stamped before the write. */
  readonly sentMs: number;
  /** Stamped after the read; `null` if there was no answer. */
  readonly receivedMs: number | null;
  readonly outcome: "allowed" | "denied" | "unavailable" | "error" | "lost";
  readonly source: Source;
  /** As they were sent; absent ones are absent. */
  readonly fields: Readonly<Partial<Record<VisitField, string>>>;
}

/** The keys of this run's subjects, each looked at once. */
export interface KeyAudit {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly keys: number;
  /** Keys that never expire, and one of them; `null` if there are none. */
  readonly endless: number;
  readonly endlessKey: string | null;
  /** The longest time that a key had left to live, in milliseconds, and that key; `null` if none expires. */
  readonly longestMs: number;
  readonly longestKey: string | null;
  /** What Redis says that `sampledKeys` of them take in its memory, names and all. */
  readonly sampledKeys: number;
  readonly sampledBytes: number;
}

/** The fields that a visit keeps; what tells a quota by one of the older forms, too. */
export const visitFields = [
  "ratelimit",
  "ratelimit-policy",
  "retry-after",
  "ratelimit-limit",
  "ratelimit-remaining",
  "ratelimit-reset",
  "x-ratelimit-limit",
  "x-ratelimit-remaining",
] as const;

/** One of them. */
export type VisitField = (typeof visitFields)[number];

/** So long after an answer its decision may still not be in the metrics, in milliseconds. */
export const countedWithinMs = 100;

/** How to read what a limiter's metrics tell. */
export interface ToldMetrics {
  readonly names: MetricNames;
  /** Whether others than this run may ask the gateways too, so that nothing bounds their counters from above. */
  readonly asked: "by-us-alone" | "by-others-too";
}

/** Which metrics count what. A series is `name` or `name{label="value"}`; those of one list add up. */
export interface MetricNames {
  /** Requests answered 200. */
  readonly allowed: readonly string[];
  /** Requests answered 429. @default not counted, as for all that follow */
  readonly denied?: readonly string[];
  /** Requests refused for want of a decision. */
  readonly unavailable?: readonly string[];
  /** The label of the series above that says who decided: `redis` or `local`. */
  readonly sourceLabel?: string;
  /** Denials once more, by the policy that denied. */
  readonly throttled?: { readonly name: string; readonly policyLabel: string };
  /** A histogram of how long each decision took, whatever it was, in seconds. */
  readonly durationSeconds?: string;
}

/**
 * One reading of all clocks: taken between `fromMs` and `untilMs` of the monotonic one.
 * `realtimeMs` and `redisMs` are milliseconds since 1970; `redisMs` is `null` where no Redis could be asked.
 */
export interface ClockSample {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly realtimeMs: number;
  readonly redisMs: number | null;
}
