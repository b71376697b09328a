import { controlKey } from "../../history/control-key.ts";
import { type History, historySchemaVersion } from "../../history/history.ts";
import {
  allocateRequests,
  noPolicy,
  outcomeCode,
  type Requests,
  sourceCode,
} from "../../history/requests.ts";
import { seededRandom } from "../../load/random.ts";
import { aroundInnocent, type InnocentRun } from "./around-innocent.ts";

const policy = { name: "bench", limit: 1_000, windowMs: 2_000 } as const;
const { limit, windowMs } = policy;
const ratePerSecond = 10_000;
const replicas = 3;

/**
 * What `count` requests at 10,000 a second to three replicas would have left, had an exact sliding window answered them
 * within a few milliseconds: half of them on one hot key, a tenth on ten warm ones, the rest on a tail with 60 each.
 * One in a hundred
 * asks past the limiter. In the middle no replica reaches Redis for two windows, and only the tail asks, which needs no more than a share.
 */
export function innocentHistory(count: number, seed = 1): History {
  const tail = Math.max(1, Math.round((0.4 * count) / 60));
  const subjects = ["hot", ...named("warm", 10), ...named("cold", tail), controlKey];
  const requests = allocateRequests(count);
  const lengthMs = (1_000 * count) / ratePerSecond;
  const outage = { fromMs: lengthMs / 2, untilMs: lengthMs / 2 + 2 * windowMs };
  const random = seededRandom(seed, "innocent");
  const decide = exactWindows(subjects.length);
  for (let row = 0; row < count; row++) {
    const intendedMs = (1_000 * row) / ratePerSecond;
    const isAlone = intendedMs >= outage.fromMs && intendedMs < outage.untilMs;
    const draw = isAlone ? 1 : random();
    const subject =
      draw < 0.5 ? 0 : draw < 0.6 ? 1 + Math.floor(random() * 10) : 11 + Math.floor(random() * tail);
    const sentMs = intendedMs + 0.1 * random();
    const decidedMs = intendedMs + 0.1 + 0.01 * ((row * 7) % 11);
    fill(requests, row, { subject, intendedMs, sentMs, receivedMs: decidedMs + 0.3 + random() });
    requests.replica[row] = row % replicas;
    if (row % 100 === 0) {
      requests.subject[row] = subjects.length - 1;
      requests.outcome[row] = outcomeCode.control;
      requests.status[row] = 200;
      requests.policy[row] = noPolicy;
      continue;
    }
    const isAllowed = decide(subject, decidedMs);
    requests.outcome[row] = isAllowed ? outcomeCode.allowed : outcomeCode.denied;
    requests.status[row] = isAllowed ? 200 : 429;
    requests.policy[row] = isAllowed ? noPolicy : 0;
    requests.source[row] = isAlone ? sourceCode.local : sourceCode.redis;
  }
  return historyOf(requests, subjects, { lengthMs, outage });
}

function named(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) => `${prefix}-${i}`);
}

interface Times {
  readonly subject: number;
  readonly intendedMs: number;
  readonly sentMs: number;
  readonly receivedMs: number;
}

function fill(requests: Requests, row: number, { subject, intendedMs, sentMs, receivedMs }: Times): void {
  requests.subject[row] = subject;
  requests.intendedMs[row] = intendedMs;
  requests.sentMs[row] = sentMs;
  requests.receivedMs[row] = receivedMs;
  requests.cost[row] = 1;
  requests.remaining[row] = -1;
  requests.retryAfterMs[row] = Number.NaN;
}

/** One exact sliding window a subject: a ring of the last `limit` instants at which it was let in. */
function exactWindows(subjects: number): (subject: number, atMs: number) => boolean {
  const rings: (Float64Array | number[])[] = Array.from({ length: subjects }, (_, s) =>
    s < 11 ? new Float64Array(limit).fill(Number.NEGATIVE_INFINITY) : [],
  );
  const next = new Uint32Array(subjects);
  return (subject, atMs) => {
    const ring = rings[subject];
    if (ring === undefined || Array.isArray(ring)) return true;
    const slot = (next[subject] ?? 0) % limit;
    if ((ring[slot] ?? 0) > atMs - windowMs) return false;
    ring[slot] = atMs;
    next[subject] = (next[subject] ?? 0) + 1;
    return true;
  };
}

function historyOf(requests: Requests, subjects: readonly string[], run: InnocentRun): History {
  const { lengthMs } = run;
  const curve = { kind: "window", limit, windowMs } as const;
  return {
    schemaVersion: historySchemaVersion,
    run: {
      scenario: "bench",
      variant: "innocent",
      id: "0",
      seed: 1,
      startedAt: "1970-01-01T00:00:00.000Z",
      originMs: 0,
      gates: [],
      command: "npm run bench oracle",
      environment: { gatecrash: "", node: "", platform: "", cpus: "", redis: "" },
    },
    policies: [policy],
    promises: [
      {
        upper: curve,
        lower: curve,
        clockResolutionMs: 0,
        stateHorizonMs: windowMs,
        deniedConsumes: false,
        withoutRedis: {
          kind: "local",
          share: "equal",
          writesBack: true,
          deadlineMs: 50,
          probeIntervalMs: 375,
        },
      },
    ],
    phases: [{ name: "bench", fromMs: 0, untilMs: lengthMs, model: "open", role: "judged" }],
    requests,
    subjects,
    lives: Array.from({ length: replicas }, (_, replica) => ({ replica, fromMs: -1_000, untilMs: null })),
    quiescences: [],
    ...aroundInnocent(requests, policy, run),
    redisPath: { asked: 100, slow: [] },
    stateDoubt: null,
    engines: [],
    clock: Array.from({ length: Math.ceil(lengthMs / 250) }, (_, i) => ({
      fromMs: 250 * i,
      untilMs: 250 * i + 0.1,
      realtimeMs: 1e12 + 250 * i,
      redisMs: 1e12 + 250 * i + 0.05,
    })),
  };
}
