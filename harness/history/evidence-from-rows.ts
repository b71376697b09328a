import type { Policy } from "../../limiter/policy.ts";
import type { Promised, Promises } from "../../limiter/promised.ts";
import type { Claim, Evidence } from "./evidence.ts";
import {
  type EngineRecord,
  type FaultRecord,
  type History,
  historySchemaVersion,
  type PhaseSpan,
  type Quiescence,
  type RedisPath,
  type RedisSample,
  type ReplicaLife,
  type Scrape,
} from "./history.ts";
import {
  allocateRequests,
  noPolicy,
  type Outcome,
  outcomeCode,
  type Refund,
  type Requests,
  refundCode,
  type Source,
  sourceCode,
} from "./requests.ts";
import { tracesOf } from "./traces-of.ts";

/** One request as a test writes it down; instants in milliseconds of the monotonic clock. */
export interface Row {
  /** @default "hot" */
  readonly subject?: string;
  readonly sentMs: number;
  /** @default `sentMs`; give it, and NaN as `sentMs`, for a dropped request */
  readonly intendedMs?: number;
  /** NaN or absent: never answered. */
  readonly receivedMs?: number;
  /** @default "allowed", or "lost" without an answer */
  readonly outcome?: Outcome;
  /** @default that of its outcome */
  readonly status?: number;
  /** @default 1 */
  readonly cost?: number;
  /** @default "unlabelled" */
  readonly source?: Source;
  /** Name of a phase. @default the first phase */
  readonly phase?: string;
  /** @default 0 */
  readonly replica?: number;
  readonly retryAfterMs?: number;
  readonly remaining?: number;
  /** @default "none" */
  readonly refund?: Refund;
}

/** What `evidenceFromRows` builds from. */
export interface EvidenceOptions {
  readonly policy: Policy;
  /** What is absent is that of an exact sliding window of `policy`. */
  readonly promises?: Partial<Promises>;
  readonly rows: readonly Row[];
  /** @default one judged phase, "baseline", that spans all rows */
  readonly phases?: readonly PhaseSpan[];
  /** Where they are absent, an ambiguous row stays open for ever. */
  readonly quiescences?: readonly Quiescence[];
  /** @default 0 */
  readonly slackMs?: number;
  /** @default null */
  readonly epochOffsetMs?: Claim["epochOffsetMs"];
  /** @default null */
  readonly clockDoubt?: string | null;
  /** @default never asked */
  readonly redisPath?: RedisPath;
  /** @default none reported anything */
  readonly engines?: readonly EngineRecord[];
  /** @default none */
  readonly faults?: readonly FaultRecord[];
  /** @default one endless life of each replica that a row names */
  readonly lives?: readonly ReplicaLife[];
  /** @default none */
  readonly scrapes?: readonly Scrape[];
  /** @default none */
  readonly redisSamples?: readonly RedisSample[];
}

/** Test support: a complete history of one policy, and its evidence, from plain rows in any order. */
export function evidenceFromRows(options: EvidenceOptions): Evidence {
  const { policy, rows, slackMs = 0, epochOffsetMs = null, clockDoubt = null } = options;
  const phases = options.phases ?? [wholePhase(rows)];
  const subjects = [...new Set(rows.map(subjectOf))];
  const promises = promisesOf(options);
  const history: History = {
    schemaVersion: historySchemaVersion,
    run: sampleRun(rows),
    policies: [policy],
    promises: [promises],
    phases,
    requests: requestsOf(rows, subjects, phases),
    subjects,
    lives: options.lives ?? livesOf(rows),
    quiescences: options.quiescences ?? [],
    faults: options.faults ?? [],
    scrapes: options.scrapes ?? [],
    clock: [],
    redisPath: options.redisPath ?? { asked: 0, slow: [] },
    redisSamples: options.redisSamples ?? [],
    stateDoubt: null,
    engines: options.engines ?? [],
  };
  const traces = tracesOf(history);
  return { history, claims: [{ policy, promises, subjects, traces, slackMs, epochOffsetMs, clockDoubt }] };
}

function subjectOf({ subject = "hot" }: Row): string {
  return subject;
}

function promisesOf({ policy, promises }: EvidenceOptions): Promises {
  const curve: Promised = { kind: "window", limit: policy.limit, windowMs: policy.windowMs };
  return {
    upper: curve,
    lower: curve,
    clockResolutionMs: 0,
    stateHorizonMs: policy.windowMs,
    deniedConsumes: false,
    ...promises,
  };
}

function livesOf(rows: readonly Row[]): ReplicaLife[] {
  const last = rows.reduce((most, { replica = 0 }) => Math.max(most, replica), 0);
  return Array.from({ length: last + 1 }, (_, replica) => ({
    replica,
    fromMs: Number.NEGATIVE_INFINITY,
    untilMs: null,
  }));
}

function wholePhase(rows: readonly Row[]): PhaseSpan {
  const instants = rows.flatMap(({ sentMs, receivedMs = sentMs }) => [sentMs, receivedMs]);
  const fromMs = instants.reduce((least, at) => (at < least ? at : least), Number.POSITIVE_INFINITY);
  const untilMs = instants.reduce((most, at) => (at > most ? at : most), Number.NEGATIVE_INFINITY);
  return { name: "baseline", fromMs, untilMs, model: "open", role: "judged" };
}

function sampleRun(rows: readonly Row[]): History["run"] {
  return {
    scenario: "rows",
    variant: "rows",
    id: "00000000",
    seed: 1,
    startedAt: "2026-01-01T00:00:00.000Z",
    originMs: rows[0]?.sentMs ?? 0,
    gates: [],
    command: "npm test",
    environment: { gatecrash: "0", node: "0", platform: "test", cpus: "0", redis: "none" },
  };
}

function requestsOf(
  rows: readonly Row[],
  subjects: readonly string[],
  phases: readonly PhaseSpan[],
): Requests {
  const requests = allocateRequests(rows.length);
  const subjectIndex = new Map(subjects.map((name, index) => [name, index]));
  const phaseIndex = new Map(phases.map(({ name }, index) => [name, index]));
  rows.forEach((row, at) => {
    const { sentMs, receivedMs = Number.NaN, cost = 1, source = "unlabelled", replica = 0 } = row;
    const answered = !Number.isNaN(receivedMs);
    const outcome = row.outcome ?? (answered ? "allowed" : "lost");
    requests.intendedMs[at] = row.intendedMs ?? sentMs;
    requests.sentMs[at] = sentMs;
    requests.receivedMs[at] = receivedMs;
    requests.status[at] = row.status ?? statusOf[outcome];
    requests.remaining[at] = row.remaining ?? -1;
    requests.retryAfterMs[at] = row.retryAfterMs ?? Number.NaN;
    requests.source[at] = sourceCode[source];
    requests.policy[at] = noPolicy;
    requests.refund[at] = refundCode[row.refund ?? "none"];
    requests.replica[at] = replica;
    requests.subject[at] = subjectIndex.get(subjectOf(row)) ?? 0;
    requests.cost[at] = cost;
    requests.phase[at] = row.phase === undefined ? 0 : (phaseIndex.get(row.phase) ?? 0);
    requests.outcome[at] = outcomeCode[outcome];
  });
  return requests;
}

const statusOf: Readonly<Record<Outcome, number>> = {
  blank: 0,
  allowed: 200,
  denied: 429,
  unavailable: 503,
  error: 500,
  lost: 0,
  dropped: 0,
  control: 200,
  refused: 0,
};
