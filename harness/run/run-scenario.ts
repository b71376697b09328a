import { randomBytes } from "node:crypto";
import { startLoadThread } from "../engines/load-thread.ts";
import { quiescence } from "../faults/quiescence.ts";
import type { History } from "../history/history.ts";
import { monotonicMs } from "../history/monotonic-clock.ts";
import { allocateRequests } from "../history/requests.ts";
import { compileSchedule, fillRequests, type PhaseLoad } from "../load/schedule.ts";
import { startScraper } from "../metrics/scraper.ts";
import type { Phase } from "../scenario.ts";
import { startClockSampler } from "../system/clock-sampler.ts";
import { deleteKeysOf } from "../system/delete-keys.ts";
import { type Gateways, startGateways } from "../system/gateways.ts";
import { provideRedis } from "../system/provide-redis.ts";
import { startRedisSampler } from "../system/redis-sampler.ts";
import type { RedisServer } from "../system/redis-server.ts";
import { watchRedisState } from "../system/redis-state.ts";
import { controlKey, withControl } from "./control.ts";
import { historyOf } from "./history-of-run.ts";
import { type NemesisOptions, nemesis } from "./nemesis.ts";
import type { RunRequest, RunWatch } from "./run-request.ts";
import { sendPhases } from "./send-phases.ts";
import { type Stage, stageFor } from "./stage.ts";
import { waysFor } from "./ways-for.ts";

/** Runs one scenario against real processes and returns all that was seen. Whatever it started it stops. */
export async function runScenario(request: RunRequest, watch: RunWatch): Promise<History> {
  const { replicas, seed, runFolder } = request;
  const runId = randomBytes(6).toString("hex");
  const startedAt = new Date().toISOString();
  const phases = request.scenario.phases(request);
  const plan = request.scenario.faults?.(request) ?? [];
  const schedule = compileSchedule(phases.map(phaseLoad), request);
  const requests = allocateRequests(schedule.count);
  fillRequests(requests, schedule);

  await using stage = watch.own(await stageFor(plan, watch.onStep));
  await using redis = watch.own(await redisFor(request, stage, watch));
  await using ways = plan.length === 0 ? null : watch.own(await waysFor(request, redis, watch));
  stage.requireNeeds(redis, ways);
  const state = await watchRedisState(redis.url, runId);
  let running: Gateways | null = null;
  const site = () => ({ paths: ways?.ways ?? [], redis, gateways: running, runFolder });
  await using breaks = nemesis({ ...watch, plan, site, replicas, seed, watchQuiet: quietWatch(redis.url) });
  await breaks.begin();
  await using gateways = watch.own(
    await gatewaysFor(request, runId, { stage, redisUrl: ways?.url ?? (() => redis.url) }, watch),
  );
  running = gateways;
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
  const redisSampler = watch.own(await startRedisSampler(redis.url));
  const scraper = watch.own(startScraper(gateways.endpoints));
  const sending = { ...watch, replicas, phases, schedule, requests, thread, clock: sampler.samples };
  const sent = await sendPhases({ ...sending, onPhase: breaks.phaseBegins });
  const chaos = await breaks.end();
  for (const watcher of [sampler, redisSampler, scraper]) await watcher[Symbol.asyncDispose]();
  const stateDoubt = await state.doubt(chaos.faults);
  const seen = { redisSamples: redisSampler.samples, scrapes: scraper.scrapes, chaos, stateDoubt };
  const history = historyOf({
    request,
    runId,
    startedAt,
    requests,
    schedule,
    sent,
    gateways,
    redis,
    sampler,
    ...seen,
  });
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

function redisFor(
  { redisUrl, system, runFolder }: RunRequest,
  { redisFaketime }: Stage,
  { onStep }: RunWatch,
): Promise<RedisServer> {
  return provideRedis({
    ...(redisUrl === null ? {} : { url: redisUrl }),
    ...(redisFaketime === null ? {} : { faketime: redisFaketime }),
    system,
    runFolder,
    onProgress: onStep,
  });
}

/** How long the end of what was under way is waited for after a heal. */
const quietWithinMs = 2_000;

/** What was connected right before a heal and no longer is had its say. */
function quietWatch(redisUrl: string): NonNullable<NemesisOptions["watchQuiet"]> {
  const { connectionsNow, untilGone } = quiescence(redisUrl);
  return async () => {
    const before = await connectionsNow();
    return async () => (before !== null && (await untilGone(before, quietWithinMs)) ? monotonicMs() : null);
  };
}

function gatewaysFor(
  request: RunRequest,
  runId: string,
  {
    stage: { steering },
    redisUrl,
  }: { readonly stage: Stage; readonly redisUrl: (replica: number) => string },
  { onStep }: RunWatch,
): Promise<Gateways> {
  onStep(`starting ${request.replicas} gateways with ${request.variantName}`);
  return startGateways({
    command: process.execPath,
    args: request.gatewayArgs,
    env: { RATE_KEY_PREFIX: `gatecrash-${runId}` },
    replicas: request.replicas,
    policies: request.policies,
    redisUrl,
    ...(steering === null ? {} : { steering }),
    runFolder: request.runFolder,
  });
}
