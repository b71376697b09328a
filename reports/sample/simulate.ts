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
import { SampleLog } from "./sample-log.ts";
import { sampleStory, sampleSubjects } from "./sample-phases.ts";
import type { Cut, SampleArrival, SampleStory } from "./sample-story.ts";

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
  /** What is asked when, and what breaks. @default the burst */
  readonly story?: SampleStory;
}

/** When the simulated runs begin. */
export const sampleOriginMs = 5_000_000;
const originMs: number = sampleOriginMs;
const policy: Policy = { name: "per-tenant", limit: 1_000, windowMs: 2_000 };

/** A history as a run would have recorded it; the same options give the same history. */
export function simulate(options: SimulateOptions): History {
  const { seed, variant, withFaults = false, story = sampleStory } = options;
  const { limit, windowMs } = policy;
  const promised = { kind: "window", limit, windowMs } as const;
  return {
    schemaVersion: historySchemaVersion,
    run: {
      scenario: story.scenario,
      variant,
      id: "k3v9",
      seed,
      startedAt: "2026-03-14T15:09:26.535Z",
      originMs,
      gates: [],
      command: `npm run scenario ${story.scenario} -- --variant ${variant} --seed ${seed}`,
      environment: {
        gatecrash: "0.1.0",
        node: "24.14.0",
        platform: "linux x64",
        cpus: "8 \u00d7 AMD EPYC 7763",
        redis: "7.2.4, on the PATH",
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
    phases: story.phases.map((phase) => ({
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
function answered(options: SimulateOptions): Requests {
  const { seed, writesLateMs = 0, lostShare = 0, story = sampleStory } = options;
  const random = seededRandom(seed, "sample");
  const arrivals = story.arrivals(random);
  const requests = allocateRequests(arrivals.length);
  const decidedMs = new Float64Array(arrivals.length);
  arrivals.forEach((arrival, row) => {
    decidedMs[row] = send(requests, row, arrival, random, options);
  });
  const share = { ...policy, limit: Math.floor(policy.limit / 3) };
  const logs = sampleSubjects.map(() => new SampleLog(policy));
  const ownLogs = [0, 1, 2].map(() => sampleSubjects.map(() => new SampleLog(share)));
  const order = Uint32Array.from(arrivals.keys()).sort((a, b) => (decidedMs[a] ?? 0) - (decidedMs[b] ?? 0));
  for (const row of order) {
    const atMs = decidedMs[row] ?? 0;
    const replica = requests.replica[row] ?? 0;
    const cut = story.cut?.(replica, atMs - originMs, random) ?? null;
    if (cut !== null) requests.receivedMs[row] = (requests.receivedMs[row] ?? 0) + cut.waitsMs;
    const log = (cut?.by === "local" ? ownLogs[replica] : logs)?.[requests.subject[row] ?? 0];
    const remaining = log?.decide(atMs, writesLateMs * random()) ?? -1;
    answer(requests, row, remaining, random() < lostShare, cut?.by ?? "redis");
  }
  return requests;
}

/** Writes down when a request is sent and answered; returns when it is decided. */
function send(
  requests: Requests,
  row: number,
  arrival: SampleArrival,
  random: Random,
  { lagMs = 2, story = sampleStory }: SimulateOptions,
): number {
  const paced = story.phases[arrival.phase]?.model === "open";
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

function answer(requests: Requests, row: number, remaining: number, isLost: boolean, by: Cut["by"]): void {
  requests.retryAfterMs[row] = Number.NaN;
  requests.remaining[row] = isLost ? -1 : Math.max(0, remaining);
  if (isLost) {
    requests.receivedMs[row] = Number.NaN;
    requests.outcome[row] = outcomeCode.lost;
    return;
  }
  if (by === "unavailable") {
    requests.remaining[row] = -1;
    requests.status[row] = 503;
    requests.outcome[row] = outcomeCode.unavailable;
    return;
  }
  requests.status[row] = remaining < 0 ? 429 : 200;
  requests.source[row] = sourceCode[by];
  requests.outcome[row] = remaining < 0 ? outcomeCode.denied : outcomeCode.allowed;
  if (remaining >= 0) return;
  requests.retryAfterMs[row] = 1_000;
  requests.policy[row] = 0;
}
