import { seededRandom } from "../load/random.ts";
import { type History, historySchemaVersion } from "./history.ts";
import { allocateRequests, noPolicy, outcomeCode, type Requests } from "./requests.ts";

/** A small history with every kind of row, for tests of whatever stores or reads one. */
export function sampleHistory({ seed = 1, count = 500 }: { seed?: number; count?: number } = {}): History {
  const originMs = 123_456;
  const requests = allocateRequests(count);
  const random = seededRandom(seed, "sample-history");
  for (let row = 0; row < count; row++) fillRow(requests, row, originMs + row * 2.125, random);
  return {
    schemaVersion: historySchemaVersion,
    run: {
      scenario: "burst",
      variant: "sliding-log",
      id: "0123abcd",
      seed,
      startedAt: "2026-01-01T00:00:00.000Z",
      originMs,
      gates: [],
      command: "npm run scenario burst",
      environment: { gatecrash: "0.1.0", node: "24", platform: "linux", cpus: "2", redis: "7.0.15" },
    },
    policies: [{ name: "burst", limit: 10, windowMs: 500 }],
    promises: [
      {
        upper: { kind: "window", limit: 10, windowMs: 500 },
        lower: { kind: "window", limit: 10, windowMs: 500 },
        clockResolutionMs: 0,
        stateHorizonMs: 500,
        deniedConsumes: false,
      },
    ],
    phases: [
      { name: "warmup", fromMs: originMs, untilMs: originMs + 100, model: "open", role: "warmup" },
      { name: "burst", fromMs: originMs + 100, untilMs: originMs + 5_000, model: "open", role: "judged" },
    ],
    requests,
    subjects: ["hot", 'a "quoted" | <name>', "ключ"],
    lives: [{ replica: 0, fromMs: originMs - 10, untilMs: null }],
    quiescences: [{ replica: 1, atMs: originMs + 400 }],
    faults: [fault(originMs)],
    scrapes: [],
    redisPath: { asked: 40, slow: [{ fromMs: originMs + 3, untilMs: originMs + 11.5 }] },
    redisSamples: [redisSample(originMs)],
    stateDoubt: null,
    engines: [{ phase: "burst", discrepancies: [], unsent: 0 }],
    clock: [
      { fromMs: originMs, untilMs: originMs + 0.25, realtimeMs: 1.7e12, redisMs: 1.7e12 + 0.125 },
      {
        fromMs: originMs + 900,
        untilMs: originMs + 900.5,
        realtimeMs: 1.7e12 + 900,
        redisMs: 1.7e12 + 900.25,
      },
    ],
  };
}

function fault(originMs: number): History["faults"][number] {
  return {
    name: "redis-down",
    legend: "Redis cannot be reached",
    replicas: [1],
    fromMs: originMs + 100,
    injectedMs: originMs + 101,
    healingMs: originMs + 300,
    untilMs: originMs + 302,
    losesState: { suffixMs: 20 },
    verified: "refused after 0.2 ms",
    healed: null,
  };
}

function redisSample(originMs: number): History["redisSamples"][number] {
  return {
    fromMs: originMs + 1,
    untilMs: originMs + 1.5,
    runId: "abc",
    connectionsReceived: 4,
    connectedClients: 4,
    commandsProcessed: 90,
    scriptCalls: 40,
    scriptUs: 160,
    scriptFailures: 0,
    usedMemoryBytes: 1_000_000,
  };
}

function fillRow(requests: Requests, row: number, atMs: number, random: () => number): void {
  const outcome = 1 + Math.floor(random() * 6);
  const dropped = outcome === outcomeCode.dropped;
  const answered = !dropped && outcome !== outcomeCode.lost;
  requests.intendedMs[row] = atMs;
  requests.sentMs[row] = dropped ? Number.NaN : atMs + random();
  requests.receivedMs[row] = answered ? atMs + 1 + random() * 5 : Number.NaN;
  requests.status[row] = answered ? (outcome === outcomeCode.allowed ? 200 : 429) : 0;
  requests.remaining[row] = outcome === outcomeCode.allowed ? Math.floor(random() * 10) : -1;
  requests.retryAfterMs[row] = outcome === outcomeCode.denied ? 1_000 : Number.NaN;
  requests.source[row] = Math.floor(random() * 3);
  requests.policy[row] = outcome === outcomeCode.denied ? 0 : noPolicy;
  requests.replica[row] = Math.floor(random() * 3);
  requests.subject[row] = Math.floor(random() * 3);
  requests.cost[row] = 1 + Math.floor(random() * 3);
  requests.phase[row] = atMs < 123_556 ? 0 : 1;
  requests.outcome[row] = outcome;
}
