import { type History, historySchemaVersion } from "../../history/history.ts";
import {
  allocateRequests,
  noPolicy,
  outcomeCode,
  type Requests,
  sourceCode,
} from "../../history/requests.ts";
import { seededRandom } from "../../load/random.ts";

const limit = 1_000;
const windowMs = 2_000;
const ratePerSecond = 10_000;

/**
 * What `count` requests at 10,000 a second would have left, had an exact sliding window answered them within a few
 * milliseconds: half of them on one hot key, a tenth on ten warm ones, the rest on a tail with 60 each.
 */
export function innocentHistory(count: number, seed = 1): History {
  const tail = Math.max(1, Math.round((0.4 * count) / 60));
  const subjects = ["hot", ...named("warm", 10), ...named("cold", tail)];
  const requests = allocateRequests(count);
  const random = seededRandom(seed, "innocent");
  const decide = exactWindows(subjects.length);
  for (let row = 0; row < count; row++) {
    const draw = random();
    const subject =
      draw < 0.5 ? 0 : draw < 0.6 ? 1 + Math.floor(random() * 10) : 11 + Math.floor(random() * tail);
    const intendedMs = (1_000 * row) / ratePerSecond;
    const sentMs = intendedMs + 0.1 * random();
    const decidedMs = intendedMs + 0.1 + 0.01 * ((row * 7) % 11);
    fill(requests, row, { subject, intendedMs, sentMs, receivedMs: decidedMs + 0.3 + random() });
    requests.outcome[row] = decide(subject, decidedMs) ? outcomeCode.allowed : outcomeCode.denied;
  }
  return historyOf(requests, subjects, (1_000 * count) / ratePerSecond);
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
  requests.source[row] = sourceCode.redis;
  requests.policy[row] = noPolicy;
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

function historyOf(requests: Requests, subjects: readonly string[], lengthMs: number): History {
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
    policies: [{ name: "bench", limit, windowMs }],
    promises: [
      { upper: curve, lower: curve, clockResolutionMs: 0, stateHorizonMs: windowMs, deniedConsumes: false },
    ],
    phases: [{ name: "bench", fromMs: 0, untilMs: lengthMs, model: "open", role: "judged" }],
    requests,
    subjects,
    lives: [{ replica: 0, fromMs: 0, untilMs: null }],
    quiescences: [],
    faults: [],
    scrapes: [],
    redisPath: { asked: 0, slow: [] },
    redisSamples: [],
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
