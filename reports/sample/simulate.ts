import type { FaultRecord, History } from "../../harness/history/history.ts";
import { historySchemaVersion } from "../../harness/history/history.ts";
import {
  allocateRequests,
  noPolicy,
  outcomeCode,
  type Requests,
  sourceCode,
} from "../../harness/history/requests.ts";
// biome-ignore lint/style/noRestrictedImports: test support draws its arrivals as a run would
import { type Random, seededRandom } from "../../harness/load/random.ts";
import type { Policy } from "../../limiter/policy.ts";
import { type SampleArrival, sampleArrivals, samplePhases, sampleSubjects } from "./sample-phases.ts";

/** How the simulated run differs from a good one on a quiet machine. */
export interface SimulateOptions {
  readonly seed: number;
  readonly variant: string;
  /** What was admitted counts only up to this much later: a limiter that reads, then writes. @default 0 */
  readonly writesLateMs?: number;
  /** How late the load is sent at the worst. @default 2 */
  readonly lagMs?: number;
  /** Share of requests that are never answered. @default 0 */
  readonly lostShare?: number;
  readonly withFaults?: boolean;
}

const originMs = 5_000_000;
const policy: Policy = { name: "per-tenant", limit: 1_000, windowMs: 2_000 };

/** A history as a run would have recorded it; the same options give the same history. */
export function simulate(options: SimulateOptions): History {
  const { seed, variant, withFaults = false } = options;
  const { limit, windowMs } = policy;
  const promised = { kind: "window", limit, windowMs } as const;
  return {
    schemaVersion: historySchemaVersion,
    run: {
      scenario: "burst",
      variant,
      id: "k3v9",
      seed,
      startedAt: "2026-03-14T15:09:26.535Z",
      originMs,
      gates: [],
      command: `npm run scenario burst -- --variant ${variant} --seed ${seed}`,
      environment: {
        gatecrash: "0.1.0",
        node: "24.14.0",
        platform: "linux x64",
        cpus: "8 \u00d7 AMD EPYC 7763",
        redis: "Redis 7.2.4 (found on the PATH)",
      },
    },
    policies: [policy],
    promises: [
      {
        upper: promised,
        lower: promised,
        clockResolutionMs: 0.001,
        stateHorizonMs: 2_000,
        deniedConsumes: false,
      },
    ],
    phases: samplePhases.map((phase) => ({
      ...phase,
      fromMs: phase.fromMs + originMs,
      untilMs: phase.untilMs + originMs,
    })),
    requests: answered(options),
    subjects: sampleSubjects,
    lives: [0, 1, 2].map((replica) => ({ replica, fromMs: originMs - 900, untilMs: null })),
    quiescences: [],
    faults: withFaults ? sampleFaults : [],
    scrapes: [],
    clock: [],
    redisPath: { asked: 0, slow: [] },
    redisSamples: [],
    stateDoubt: null,
    engines: [],
  };
}

const sampleFaults: readonly FaultRecord[] = [
  {
    name: "redis-latency",
    legend: "Redis replies 40 ms late",
    replicas: [0, 1, 2],
    fromMs: originMs + 7_000,
    injectedMs: originMs + 7_004,
    healingMs: originMs + 9_497,
    untilMs: originMs + 9_500,
    losesState: "none",
    verified: "probes took 41.2 ms on all three replicas, 0.4 ms before",
    healed: "probes took 0.4 ms on all three replicas",
  },
  {
    name: "redis-down",
    legend: "replica 1 cannot reach Redis",
    replicas: [1],
    fromMs: originMs + 15_600,
    injectedMs: originMs + 15_602,
    healingMs: originMs + 16_998,
    untilMs: originMs + 17_000,
    losesState: "none",
    verified: null,
    healed: null,
  },
];

/** Asks an exact sliding log about every arrival, in the order in which the decisions fall. */
function answered({ seed, writesLateMs = 0, lagMs = 2, lostShare = 0 }: SimulateOptions): Requests {
  const random = seededRandom(seed, "sample");
  const arrivals = sampleArrivals(random);
  const requests = allocateRequests(arrivals.length);
  const decidedMs = new Float64Array(arrivals.length);
  arrivals.forEach((arrival, row) => {
    decidedMs[row] = send(requests, row, arrival, random, lagMs);
  });
  const logs = sampleSubjects.map(() => new SampleLog(policy));
  const order = Uint32Array.from(arrivals.keys()).sort((a, b) => (decidedMs[a] ?? 0) - (decidedMs[b] ?? 0));
  for (const row of order) {
    const log = logs[requests.subject[row] ?? 0];
    const remaining = log?.decide(decidedMs[row] ?? 0, writesLateMs * random()) ?? -1;
    answer(requests, row, remaining, random() < lostShare);
  }
  return requests;
}

/** Writes down when a request is sent and answered; returns when it is decided. */
function send(
  requests: Requests,
  row: number,
  arrival: SampleArrival,
  random: Random,
  lagMs: number,
): number {
  const paced = samplePhases[arrival.phase]?.model === "open";
  const late = paced ? 0.02 + 0.08 * random() + (random() < 0.03 ? lagMs * random() ** 2 : 0) : 0;
  const slow = random() < 0.004 ? 14 * random() : 0;
  const queue = paced ? 0.5 : 5 + 4 * Math.sin(arrival.atMs / 180) ** 2;
  const tookMs = queue * (0.7 + 0.6 * random()) - 0.35 * Math.log(1 - random()) + slow;
  const intendedMs = originMs + arrival.atMs;
  requests.intendedMs[row] = intendedMs;
  requests.sentMs[row] = intendedMs + late;
  requests.receivedMs[row] = intendedMs + late + tookMs;
  requests.subject[row] = arrival.subject;
  requests.phase[row] = arrival.phase;
  requests.cost[row] = 1;
  requests.replica[row] = Math.floor(random() * 3);
  requests.policy[row] = noPolicy;
  return intendedMs + late + tookMs * (0.4 + 0.3 * random());
}

function answer(requests: Requests, row: number, remaining: number, isLost: boolean): void {
  requests.retryAfterMs[row] = Number.NaN;
  requests.remaining[row] = isLost ? -1 : Math.max(0, remaining);
  if (isLost) {
    requests.receivedMs[row] = Number.NaN;
    requests.outcome[row] = outcomeCode.lost;
    return;
  }
  requests.status[row] = remaining < 0 ? 429 : 200;
  requests.source[row] = sourceCode.redis;
  requests.outcome[row] = remaining < 0 ? outcomeCode.denied : outcomeCode.allowed;
  if (remaining >= 0) return;
  requests.retryAfterMs[row] = 1_000;
  requests.policy[row] = 0;
}

/** The instants of what one subject was admitted, and when each became visible to the next reader. */
class SampleLog {
  readonly #policy: Policy;
  readonly #writtenMs: number[] = [];
  #oldest = 0;

  constructor(policy: Policy) {
    this.#policy = policy;
  }

  /** What remains after admitting one at `atMs`, or -1 for a denial. */
  decide(atMs: number, writesLateMs: number): number {
    const written = this.#writtenMs;
    while ((written[this.#oldest] ?? atMs) <= atMs - this.#policy.windowMs) this.#oldest++;
    let visible = written.length;
    while (visible > this.#oldest && (written[visible - 1] ?? 0) > atMs) visible--;
    const remaining = this.#policy.limit - (visible - this.#oldest) - 1;
    if (remaining < 0) return -1;
    written.push(Math.max(written.at(-1) ?? 0, atMs + writesLateMs));
    return remaining;
  }
}
