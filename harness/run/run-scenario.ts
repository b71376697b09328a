import { randomBytes } from "node:crypto";
import { startLoadThread } from "../engines/load-thread.ts";
import { type ProbingClientsOptions, startProbingClients } from "../engines/probing-clients.ts";
import { quiescence } from "../faults/quiescence.ts";
import { controlKey } from "../history/control-key.ts";
import type { History, KeyAudit } from "../history/history.ts";
import { monotonicMs } from "../history/monotonic-clock.ts";
import { allocateRequests } from "../history/requests.ts";
import { compileSchedule, fillRequests, type PhaseLoad } from "../load/schedule.ts";
import { startScraper } from "../metrics/scraper.ts";
import type { Phase } from "../scenario.ts";
import { auditKeys, keysNow } from "../system/audit-keys.ts";
import { startClockSampler } from "../system/clock-sampler.ts";
import { deleteKeysOf } from "../system/delete-keys.ts";
import type { Gateways } from "../system/gateways.ts";
import { healLeftProxies } from "../system/left-proxies.ts";
import { startRedisSampler } from "../system/redis-sampler.ts";
import type { RedisServer } from "../system/redis-server.ts";
import { type StateWatch, watchRedisState } from "../system/redis-state.ts";
import { namesOnWire } from "./belonging.ts";
import { withControl } from "./control.ts";
import { historyOf } from "./history-of-run.ts";
import { type NemesisOptions, nemesis } from "./nemesis.ts";
import type { RunRequest, RunWatch } from "./run-request.ts";
import { sendPhases } from "./send-phases.ts";
import { stageFor } from "./stage.ts";

/** Runs one scenario against real processes and returns all that was seen. Whatever it started it stops. */
export async function runScenario(request: RunRequest, watch: RunWatch): Promise<History> {
  const { replicas, seed, runFolder, target } = request;
  await healLeftProxies();
  const runId = randomBytes(6).toString("hex");
  const startedAt = new Date().toISOString();
  const phases = request.scenario.phases(request);
  const plan = request.scenario.faults?.(request) ?? [];

  const order = { ...request, onStep: watch.onStep, own: watch.own };
  await using stage = watch.own(await stageFor(plan, watch.onStep));
  await using redis = owned(await target.redis(order, stage.redisFaketime), watch);
  await using left = new AsyncDisposableStack();
  if (redis !== null && !redis.owned) left.use(watch.own(keysOf(redis.url, runId, watch)));
  await using ways = plan.length === 0 ? null : owned(await target.ways(order, redis), watch);
  if (ways !== null) watch.onStep(`Redis is reached through ${ways.origin}`);
  stage.requireNeeds({ target, redis, ways });
  const [state, audit] = await Promise.all([stateOf(redis, runId), auditFor(request, redis, runId)]);
  let running: Gateways | null = null;
  const site = () => ({ paths: ways?.ways ?? [], redis, gateways: running, runFolder });
  await using breaks = watch.own(nemesis({ ...watch, ...quietWatch(redis), plan, site, replicas, seed }));
  await breaks.begin();
  const around = { runId, redis, ways, steering: stage.steering };
  await using gateways = watch.own(await target.gateways(order, around));
  for (const note of gateways.notes) watch.onStep(note);
  running = gateways;
  const schedule = compileSchedule(phases.map(gateways.hasHealth ? withControls : plainLoad), request);
  const requests = allocateRequests(schedule.count);
  fillRequests(requests, schedule);
  await using thread = watch.own(
    await startLoadThread({
      requests,
      endpoints: gateways.endpoints,
      ...namesOnWire(request, runId, schedule.subjects),
      policyNames: request.policies.map(({ name }) => name),
      controlSubject: schedule.subjects.indexOf(controlKey),
    }),
  );
  const sampler = watch.own(await startClockSampler(redis?.url ?? null));
  const redisSampler = redis === null ? null : watch.own(await startRedisSampler(redis.url));
  const scraper = watch.own(startScraper(gateways.endpoints));
  const probing = watch.own(startProbingClients(probesOf(request, runId, gateways)));
  const sending = { ...watch, replicas, phases, schedule, requests, thread, clock: sampler.samples };
  const sent = await sendPhases({ ...sending, onPhase: breaks.phaseBegins });
  const chaos = await breaks.end();
  for (const watcher of [probing, sampler, redisSampler, scraper]) await watcher?.[Symbol.asyncDispose]();
  const seen = {
    keyAudit: await audit(schedule.subjects),
    redisSamples: redisSampler?.samples ?? [],
    scrapes: scraper.scrapes,
    visits: probing.visits,
    chaos,
    stateDoubt: (await state?.doubt(chaos.faults)) ?? null,
  };
  return historyOf({
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
}

async function stateOf(redis: RedisServer | null, runId: string): Promise<StateWatch | null> {
  return redis === null ? null : watchRedisState(redis.url, runId);
}

/** Prepares the audit that the scenario asks for. In a Redis of our own, whatever comes in the run came by the run. */
async function auditFor(
  { scenario }: RunRequest,
  redis: RedisServer | null,
  runId: string,
): Promise<(subjects: readonly string[]) => Promise<KeyAudit | null>> {
  if (scenario.keyAudit !== "at-the-end" || redis === null) return async () => null;
  const options = redis.owned ? { keysBefore: await keysNow(redis.url) } : {};
  // A Redis that does not let us look leaves us without an audit, which is what the history will say.
  return (subjects) => {
    const wireKeys = subjects.map((subject) => `${runId}:${subject}`);
    return auditKeys(redis.url, runId, { ...options, wireKeys }).catch(() => null);
  };
}

function probesOf(
  { scenario, target: { keyHeader } }: RunRequest,
  runId: string,
  { endpoints }: Gateways,
): ProbingClientsOptions {
  const { probingClients: count = 0 } = scenario;
  const subjects = Array.from({ length: count }, (_, index) => `probe-${index + 1}`);
  return {
    endpoints,
    subjects,
    wireKeyOf: (subject) => `${runId}:${subject}`,
    ...(keyHeader === undefined ? {} : { keyHeader }),
  };
}

/** Disposing deletes our keys from a Redis that is not ours: once, and after the gateways, which come later, have ended. */
function keysOf(redisUrl: string, runId: string, watch: RunWatch): AsyncDisposable {
  let cleaning: Promise<void> | undefined;
  return {
    [Symbol.asyncDispose]() {
      cleaning ??= cleanedUp(redisUrl, runId, watch);
      return cleaning;
    },
  };
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

/** What is there to be owned is. */
function owned<T extends AsyncDisposable>(thing: T | null, { own }: RunWatch): T | null {
  return thing === null ? null : own(thing);
}

function plainLoad(phase: Phase): PhaseLoad {
  return phase;
}

function withControls(phase: Phase): PhaseLoad {
  return "load" in phase ? { ...phase, load: withControl(phase.load) } : phase;
}

/** How long the end of what was under way is waited for after a heal. */
const quietWithinMs = 2_000;

/** What was connected right before a heal and no longer is had its say. */
function quietWatch(redis: { readonly url: string } | null): Pick<NemesisOptions, "watchQuiet"> {
  if (redis === null) return {};
  const { connectionsNow, untilGone } = quiescence(redis.url);
  const watchQuiet = async () => {
    const before = await connectionsNow();
    return async () => (before !== null && (await untilGone(before, quietWithinMs)) ? monotonicMs() : null);
  };
  return { watchQuiet };
}
