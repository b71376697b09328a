import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Policy } from "../../limiter/policy.ts";
import type { Variant } from "../../limiter/variants/variant.ts";
import { type LoadThread, startLoadThread } from "../engines/load-thread.ts";
import type { ClockSample, EngineRecord, History, PhaseSpan } from "../history/history.ts";
import { historySchemaVersion } from "../history/history.ts";
import { monotonicMs } from "../history/monotonic-clock.ts";
import { withoutBlanks } from "../history/request-columns.ts";
import { allocateRequests, outcomeCode, type Requests } from "../history/requests.ts";
import {
  compileSchedule,
  fillRequests,
  type PhaseLoad,
  type PhaseRows,
  type Schedule,
  startPhase,
} from "../load/schedule.ts";
import type { Phase, Scenario } from "../scenario.ts";
import { type ClockSampler, startClockSampler } from "../system/clock-sampler.ts";
import { deleteKeysOf } from "../system/delete-keys.ts";
import { type Gateways, startGateways } from "../system/gateways.ts";
import { provideRedis } from "../system/provide-redis.ts";
import type { RedisServer } from "../system/redis-server.ts";
import { watchRedisState } from "../system/redis-state.ts";
import { controlKey, withControl } from "./control.ts";
import { environmentOf } from "./environment.ts";
import { followRequests, type LiveNumbers } from "./live.ts";

/** All that one run needs to know; everything a user can turn has been decided. */
export interface RunRequest {
  readonly scenarioName: string;
  readonly scenario: Scenario;
  readonly variantName: string;
  readonly variant: Variant;
  /** The gateway program and its arguments, after the interpreter. */
  readonly gatewayArgs: readonly string[];
  readonly policies: readonly Policy[];
  readonly replicas: number;
  readonly ratePerSecond: number;
  readonly stretch: number;
  readonly seed: number;
  readonly redisUrl: string | null;
  readonly system: "auto" | "local" | "docker";
  readonly runFolder: string;
  /** Gates of the scenario and of the command line. */
  readonly gates: readonly string[];
  /** The line that repeats this run. */
  readonly command: string;
}

/** Who watches a run. */
export interface RunWatch {
  readonly signal: AbortSignal;
  /** Registers what must be undone even when the run is cut short. */
  readonly own: <T extends AsyncDisposable>(thing: T) => T;
  readonly onStep: (step: string) => void;
  readonly onLive: (numbers: LiveNumbers & LivePosition) => void;
}

/** Where a run stands. */
export interface LivePosition {
  readonly phase: string;
  /** Of the time that the whole run is to take, 0 to 1. */
  readonly doneShare: number;
  readonly leftMs: number;
}

/** How long before its first arrival a phase is announced to the engine. */
const leadMs = 30;
/** Connections to each replica that are opened before a paced phase; more are opened when they are needed. */
const openConnections = 32;
/** How long answers are waited for after the last request of a phase. */
const drainMs = 3_000;

/** Runs one scenario against real processes and returns all that was seen. Whatever it started it stops. */
export async function runScenario(request: RunRequest, watch: RunWatch): Promise<History> {
  const runId = randomBytes(6).toString("hex");
  const startedAt = new Date().toISOString();
  const phases = request.scenario.phases(request);
  const schedule = compileSchedule(phases.map(phaseLoad), request);
  const requests = allocateRequests(schedule.count);
  fillRequests(requests, schedule);

  await using redis = watch.own(await redisFor(request, watch));
  await using gateways = watch.own(await gatewaysFor(request, redis, runId, watch));
  await using thread = watch.own(
    await startLoadThread({
      requests,
      endpoints: gateways.endpoints,
      wireKeys: schedule.subjects.map((subject) => `${runId}:${subject}`),
      policyNames: request.policies.map(({ name }) => name),
      controlSubject: schedule.subjects.indexOf(controlKey),
    }),
  );
  const sampler = watch.own(await startClockSampler(redis.url));
  const state = await watchRedisState(redis.url, runId);
  const sent = await sendPhases(
    { request, phases, schedule, requests, thread, clock: sampler.samples },
    watch,
  );
  await sampler[Symbol.asyncDispose]();
  const stateDoubt = await state.doubt();
  const ran = { request, runId, startedAt, requests, schedule, sent, gateways, redis, sampler, stateDoubt };
  const history = historyOf(ran);
  if (!redis.owned) await cleanedUp(redis.url, runId, watch);
  return history;
}

/** Our keys expire by themselves: a Redis that does not let us look for them costs nobody the run. */
async function cleanedUp(redisUrl: string, runId: string, { onStep }: RunWatch): Promise<void> {
  try {
    await deleteKeysOf(redisUrl, runId);
  } catch (error) {
    onStep(
      `the keys of this run were left to expire (${error instanceof Error ? error.message : String(error)})`,
    );
  }
}

function phaseLoad(phase: Phase): PhaseLoad {
  return "load" in phase ? { ...phase, load: withControl(phase.load) } : phase;
}

function redisFor({ redisUrl, system, runFolder }: RunRequest, { onStep }: RunWatch): Promise<RedisServer> {
  return provideRedis({
    ...(redisUrl === null ? {} : { url: redisUrl }),
    system,
    runFolder,
    onProgress: onStep,
  });
}

function gatewaysFor(
  request: RunRequest,
  redis: RedisServer,
  runId: string,
  { onStep }: RunWatch,
): Promise<Gateways> {
  onStep(`starting ${request.replicas} gateways with ${request.variantName}`);
  return startGateways({
    command: process.execPath,
    args: request.gatewayArgs,
    env: { RATE_KEY_PREFIX: `gatecrash-${runId}` },
    replicas: request.replicas,
    policies: request.policies,
    redisUrl: () => redis.url,
    runFolder: request.runFolder,
  });
}

interface Sending {
  readonly request: RunRequest;
  readonly phases: readonly Phase[];
  readonly schedule: Schedule;
  readonly requests: Requests;
  readonly thread: LoadThread;
  readonly clock: readonly ClockSample[];
}

async function sendPhases(sending: Sending, watch: RunWatch): Promise<SentPhase[]> {
  const follow = followRequests(sending.requests);
  const sent: SentPhase[] = [];
  const wholeMs = leftMs(sending.phases, -1, 0);
  for (const [index, phase] of sending.phases.entries()) {
    watch.signal.throwIfAborted();
    const fromMs = startOf(phase, sending.clock);
    const lengthMs = "load" in phase ? phase.load.durationMs : phase.saturate.atMostMs;
    const live = setInterval(() => {
      const now = monotonicMs();
      const left = leftMs(sending.phases, index, fromMs + lengthMs - now);
      watch.onLive({ ...follow(now), phase: phase.name, leftMs: left, doneShare: 1 - left / wholeMs });
    }, 250);
    try {
      sent.push(await sendPhase(sending, index, fromMs, watch.signal));
    } finally {
      clearInterval(live);
    }
  }
  return sent;
}

/** Time left of this phase and all that follow; a saturating phase is counted at a tenth of its bound. */
function leftMs(phases: readonly Phase[], index: number, ofThisMs: number): number {
  const rest = phases.slice(index + 1);
  const restMs = rest.reduce(
    (sum, p) => sum + ("load" in p ? p.load.durationMs : p.saturate.atMostMs / 10),
    0,
  );
  return Math.max(0, ofThisMs) + restMs;
}

/** When the phase begins: at once, or as soon as it is aligned on Redis's clock. */
function startOf(phase: Phase, clock: readonly ClockSample[]): number {
  const soonest = monotonicMs() + leadMs;
  const align = "load" in phase ? phase.align : undefined;
  const last = clock.at(-1);
  if (align === undefined || last === undefined) return soonest;
  const offsetMs = (last.redisMs ?? last.realtimeMs) - (last.fromMs + last.untilMs) / 2;
  const { atMs, toMs } = align;
  return Math.ceil((soonest + atMs + offsetMs) / toMs) * toMs - atMs - offsetMs;
}

async function sendPhase(
  { request, phases, schedule, requests, thread }: Sending,
  index: number,
  fromMs: number,
  signal: AbortSignal,
): Promise<SentPhase> {
  const phase = phases[index];
  const rows = schedule.phases[index];
  if (phase === undefined || rows === undefined) throw new RangeError(`the schedule has no phase ${index}`);
  const { name, role = "judged" } = phase;
  if ("load" in phase) {
    startPhase(requests, rows, fromMs);
    const stopSendingMs = fromMs + phase.load.durationMs + drainMs;
    const connections = openConnections * request.replicas;
    const report = await thread.send(
      "open",
      { ...rows, phase: index, stopSendingMs, drainMs, connections },
      signal,
    );
    const endMs = fromMs + phase.load.durationMs;
    const restMs = endMs - monotonicMs();
    if (restMs > 0) await sleep(restMs, undefined, { signal });
    const span = { name, role, model: "open", fromMs, untilMs: Math.max(endMs, monotonicMs()) } as const;
    return { span, engine: { phase: name, discrepancies: report.discrepancies, unsent: 0 } };
  }
  const { connections, atMostMs } = phase.saturate;
  const volley = { ...rows, phase: index, stopSendingMs: fromMs + atMostMs, drainMs, connections };
  const report = await thread.send("autocannon", volley, signal);
  const span = { name, role, model: "saturate", fromMs, untilMs: monotonicMs() } as const;
  const unsent = blankRows(requests, rows);
  return { span, engine: { phase: name, discrepancies: report.discrepancies, unsent } };
}

/** A phase that was sent, and what the engine had to say. */
interface SentPhase {
  readonly span: PhaseSpan;
  readonly engine: EngineRecord;
}

function blankRows({ outcome }: Requests, { fromRow, untilRow }: PhaseRows): number {
  let blank = 0;
  for (let row = fromRow; row < untilRow; row++) if (outcome[row] === outcomeCode.blank) blank++;
  return blank;
}

interface Ran {
  readonly request: RunRequest;
  readonly runId: string;
  readonly startedAt: string;
  readonly requests: Requests;
  readonly schedule: Schedule;
  readonly sent: readonly SentPhase[];
  readonly gateways: Gateways;
  readonly redis: RedisServer;
  readonly sampler: ClockSampler;
  readonly stateDoubt: string | null;
}

function historyOf(ran: Ran): History {
  const { request, runId, startedAt, requests, schedule, sent, gateways, redis, sampler, stateDoubt } = ran;
  const spans = sent.map(({ span }) => span);
  return {
    schemaVersion: historySchemaVersion,
    run: {
      scenario: request.scenarioName,
      variant: request.variantName,
      id: runId,
      seed: request.seed,
      startedAt,
      originMs: Math.floor(spans[0]?.fromMs ?? 0),
      gates: request.gates,
      command: request.command,
      environment: environmentOf(redis),
    },
    policies: request.policies,
    promises: request.policies.map(request.variant.promises),
    phases: spans,
    requests: withoutBlanks(requests, allocateRequests),
    subjects: schedule.subjects,
    lives: gateways.lives(),
    quiescences: [],
    faults: [],
    scrapes: [],
    clock: sampler.samples,
    redisPath: sampler.redisPath(),
    redisSamples: [],
    stateDoubt,
    engines: sent.map(({ engine }) => engine),
  };
}
