import type { History, KeyAudit, RedisSample, Scrape, Visit } from "../history/history.ts";
import { historySchemaVersion } from "../history/history.ts";
import { withoutBlanks } from "../history/request-columns.ts";
import { allocateRequests, type Requests } from "../history/requests.ts";
import type { Schedule } from "../load/schedule.ts";
import type { ClockSampler } from "../system/clock-sampler.ts";
import type { Gateways } from "../system/gateways.ts";
import type { RedisServer } from "../system/redis-server.ts";
import { belongingOf } from "./belonging.ts";
import { environmentOf } from "./environment.ts";
import type { Chaos } from "./nemesis.ts";
import type { RunRequest } from "./run-request.ts";
import type { SentPhase } from "./send-phases.ts";

/** All that was seen of one run. */
export interface Ran {
  readonly request: RunRequest;
  readonly runId: string;
  readonly startedAt: string;
  readonly requests: Requests;
  readonly schedule: Schedule;
  readonly sent: readonly SentPhase[];
  readonly gateways: Gateways;
  readonly redis: RedisServer | null;
  readonly sampler: ClockSampler;
  readonly redisSamples: readonly RedisSample[];
  readonly scrapes: readonly Scrape[];
  readonly visits: readonly Visit[];
  readonly keyAudit: KeyAudit | null;
  readonly chaos: Chaos;
  readonly stateDoubt: string | null;
}

/** One history out of what all the watchers saw. */
export function historyOf(ran: Ran): History {
  const { request, runId, startedAt, requests, schedule, sent, gateways, redis, sampler } = ran;
  const spans = sent.map(({ span }) => span);
  return {
    schemaVersion: historySchemaVersion,
    run: {
      scenario: request.scenarioName,
      ...(request.scenarioFile === null ? {} : { scenarioFile: request.scenarioFile }),
      variant: request.target.name,
      id: runId,
      seed: request.seed,
      startedAt,
      originMs: Math.floor(spans[0]?.fromMs ?? 0),
      gates: request.gates,
      ...(request.baselines === undefined ? {} : { baselines: request.baselines }),
      command: request.command,
      environment: environmentOf(redis),
    },
    policies: request.policies,
    promises: request.policies.map(request.target.promises),
    phases: spans,
    requests: withoutBlanks(requests, allocateRequests),
    subjects: schedule.subjects,
    ...belongingOf(request.scenario, schedule.subjects),
    lives: gateways.lives(),
    quiescences: ran.chaos.quiescences,
    faults: ran.chaos.faults,
    scrapes: ran.scrapes,
    ...(ran.visits.length === 0 ? {} : { visits: ran.visits }),
    ...(ran.keyAudit === null ? {} : { keyAudit: ran.keyAudit }),
    ...(request.target.metrics === undefined ? {} : { metrics: request.target.metrics }),
    clock: sampler.samples,
    redisPath: sampler.redisPath(),
    redisSamples: ran.redisSamples,
    stateDoubt: ran.stateDoubt,
    engines: sent.map(({ engine }) => engine),
  };
}
