import type { Policy } from "../../../limiter/policy.ts";
import { simulatedVisits } from "../../checkers/headers/simulated-visits.ts";
import type { FaultRecord, History, RedisSample, Scrape, Visit } from "../../history/history.ts";
import { outcomeCode, type Requests, sourceCode } from "../../history/requests.ts";

/** When an innocent run had Redis, and for how long it went on; milliseconds. */
export interface InnocentRun {
  readonly lengthMs: number;
  readonly outage: { readonly fromMs: number; readonly untilMs: number };
}

type Around = Required<Pick<History, "faults" | "scrapes" | "redisSamples" | "visits" | "keyAudit">>;

/**
 * What is seen beside the requests of an innocent run: the outage, the metrics of three replicas once a second, Redis's
 * counters four times a second, clients that own their subjects, and the keys that are left.
 */
export function aroundInnocent(requests: Requests, policy: Policy, run: InnocentRun): Around {
  const { lengthMs, outage } = run;
  const visits = visitsOf(policy, run);
  const { scrapes, redisSamples } = toldBy(requests, visits, lengthMs);
  return {
    faults: [faultOf(outage)],
    scrapes,
    redisSamples,
    visits,
    keyAudit: {
      fromMs: lengthMs + 1,
      untilMs: lengthMs + 2,
      keys: 1_000,
      endless: 0,
      endlessKey: null,
      longestMs: policy.windowMs,
      longestKey: "hot",
      sampledKeys: 100,
      sampledBytes: 16_000,
    },
  };
}

/** Ten clients before the outage, and ten others after it. */
function visitsOf(policy: Policy, { lengthMs, outage }: InnocentRun): Visit[] {
  const before = simulatedVisits(policy, { seed: 1, clients: 10, forMs: outage.fromMs - 50 });
  const after = simulatedVisits(policy, { seed: 2, clients: 10, forMs: lengthMs - outage.untilMs });
  const later = after.map(({ subject, sentMs, receivedMs, ...visit }) => ({
    ...visit,
    subject: `later-${subject}`,
    sentMs: sentMs + outage.untilMs,
    receivedMs: (receivedMs ?? sentMs) + outage.untilMs,
  }));
  return [...before, ...later];
}

function faultOf({ fromMs, untilMs }: InnocentRun["outage"]): FaultRecord {
  return {
    name: "redis-down",
    legend: "Redis cannot be reached",
    replicas: [0, 1, 2],
    fromMs,
    injectedMs: fromMs + 5,
    healingMs: untilMs,
    untilMs: untilMs + 1,
    losesState: "none",
    cutsOff: true,
    verified: "refused",
    healed: "answered",
  };
}

/** What one replica has counted. */
class Counted {
  allowed = 0;
  denied = 0;
  local = 0;
  readonly buckets = bounds.map(() => 0);
  seconds = 0;

  add(isAllowed: boolean, isLocal: boolean, seconds: number): void {
    if (isLocal) this.local++;
    else if (isAllowed) this.allowed++;
    else this.denied++;
    this.seconds += seconds;
    for (const [i, bound] of bounds.entries())
      if (seconds <= bound) this.buckets[i] = (this.buckets[i] ?? 0) + 1;
  }

  get byRedis(): number {
    return this.allowed + this.denied;
  }

  text(): string {
    const decisions = (outcome: string, source: string, count: number) =>
      `rate_limiter_decisions_total{policy="bench",outcome="${outcome}",source="${source}"} ${count}`;
    const count = this.byRedis + this.local;
    const name = "rate_limiter_decision_duration_seconds";
    return `# TYPE rate_limiter_decisions_total counter
${decisions("allowed", "redis", this.allowed)}
${decisions("denied", "redis", this.denied)}
${decisions("allowed", "local", this.local)}
rate_limiter_throttled_total{policy="bench"} ${this.denied}
# TYPE ${name} histogram
${bounds.map((bound, i) => `${name}_bucket{le="${bound}"} ${this.buckets[i]}`).join("\n")}
${name}_bucket{le="+Inf"} ${count}
${name}_sum ${this.seconds}
${name}_count ${count}
nodejs_eventloop_lag_p99_seconds 0.011
`;
  }
}

const bounds = [0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05];

/** What the replicas tell each second, and Redis each quarter of one: all that was sent before. */
function toldBy(requests: Requests, visits: readonly Visit[], lengthMs: number) {
  const replicas = [0, 1, 2].map(() => new Counted());
  const scrapes: Scrape[] = [];
  const redisSamples: RedisSample[] = [];
  let row = 0;
  let visit = 0;
  for (let quarter = 0; 250 * quarter <= lengthMs + 1_000; quarter++) {
    const atMs = 250 * quarter;
    for (; row < requests.count && (requests.intendedMs[row] ?? 0) < atMs; row++) {
      if (requests.outcome[row] === outcomeCode.control) continue;
      const isAllowed = requests.outcome[row] === outcomeCode.allowed;
      const tookMs = (requests.receivedMs[row] ?? 0) - (requests.sentMs[row] ?? 0);
      const isLocal = requests.source[row] === sourceCode.local;
      replicas[requests.replica[row] ?? 0]?.add(isAllowed, isLocal, tookMs / 2_000);
    }
    for (; (visits[visit]?.receivedMs ?? Number.POSITIVE_INFINITY) < atMs; visit++) {
      const { replica = 0, outcome, sentMs = 0, receivedMs } = visits[visit] ?? {};
      const tookMs = (receivedMs ?? 0) - sentMs;
      replicas[replica]?.add(outcome === "allowed", false, tookMs / 2_000);
    }
    redisSamples.push(
      sampleOf(
        atMs,
        replicas.reduce((sum, { byRedis }) => sum + byRedis, 0),
      ),
    );
    if (quarter % 4 > 0) continue;
    for (const [replica, counted] of replicas.entries())
      scrapes.push({ replica, requestedMs: atMs + 1, receivedMs: atMs + 3, text: counted.text() });
  }
  return { scrapes, redisSamples };
}

function sampleOf(atMs: number, scriptCalls: number): RedisSample {
  return {
    fromMs: atMs + 1,
    untilMs: atMs + 1.5,
    runId: "innocent",
    connectionsReceived: 3,
    connectedClients: 3,
    commandsProcessed: 5 * scriptCalls,
    scriptCalls,
    scriptUs: 8 * scriptCalls,
    scriptFailures: 0,
    usedMemoryBytes: 50_000_000,
    networkBytes: 250 * scriptCalls,
  };
}
