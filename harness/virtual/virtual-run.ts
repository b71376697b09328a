import type { Policy } from "../../limiter/policy.ts";
import type { PromisesOf } from "../../limiter/promised.ts";
import type { EngineRecord, History, PhaseSpan, Scrape, Visit } from "../history/history.ts";
import { historySchemaVersion } from "../history/history.ts";
import { withoutBlanks } from "../history/request-columns.ts";
import { allocateRequests, noPolicy, outcomeCode, type Requests, sourceCode } from "../history/requests.ts";
import { compileSchedule, fillRequests, type Schedule, startPhase } from "../load/schedule.ts";
import { belongingOf, ownersOf } from "../run/belonging.ts";
import type { Phase, Scenario } from "../scenario.ts";
import { type Network, networkOf } from "./network.ts";
import { type RedisClock, redisClock } from "./redis-clock.ts";
import type { VirtualAnswer, VirtualGateways, VirtualQuestion } from "./virtual-gateways.ts";
import { VirtualTime } from "./virtual-time.ts";
import { startVisitors } from "./visitors.ts";

/** A run in simulated time. */
export interface VirtualRunOptions {
  readonly scenarioName: string;
  readonly scenario: Scenario;
  readonly variant: string;
  /** The line that repeats the run. */
  readonly command: string;
  readonly promises: PromisesOf;
  readonly policies: readonly Policy[];
  readonly seed: number;
  readonly ratePerSecond: number;
  readonly stretch: number;
  /** What is asked; it is given the world that it lives in, and disposed of at the end. */
  readonly gateways: (world: VirtualWorld) => VirtualGateways | Promise<VirtualGateways>;
}

/** Simulated time, the clock of its Redis, and the ways in it. */
export interface VirtualWorld {
  readonly time: VirtualTime;
  readonly clock: RedisClock;
  readonly network: Network;
  readonly seed: number;
  readonly replicas: number;
}

/** Instants of a run count from here. */
const originMs = 1_000_000;
/** Before a phase and after it, as in a live run. */
const leadMs = 30;
const drainMs = 3_000;
/** An answer that is lost belongs to a request that is decided so late at the latest, in windows of its policy. */
const lateWindows = 3;

/**
 * Plays the judged phases of a scenario in simulated time: its own arrivals, a network that delays, stalls and loses, a
 * clock of Redis that is elsewhere and drifts. Nothing breaks: faults are left to live runs. The same options give the
 * same history, if the gateways are as good.
 */
export async function virtualRun(options: VirtualRunOptions): Promise<History> {
  const { scenario, seed } = options;
  const { replicas } = scenario;
  const world: VirtualWorld = {
    time: new VirtualTime(originMs),
    clock: redisClock(seed),
    network: networkOf(seed, replicas),
    seed,
    replicas,
  };
  await using gateways = await options.gateways(world);
  // Waited for, or the gateways would be gone before it begins.
  return await new VirtualRun(options, world, gateways).played();
}

class VirtualRun {
  readonly #options: VirtualRunOptions;
  readonly #world: VirtualWorld;
  readonly #gateways: VirtualGateways;
  readonly #phases: readonly Phase[];
  readonly #schedule: Schedule;
  readonly #requests: Requests;
  readonly #lateMs: number;
  readonly #scrapes: Scrape[] = [];

  constructor(options: VirtualRunOptions, world: VirtualWorld, gateways: VirtualGateways) {
    const { scenario, seed, policies } = options;
    this.#options = options;
    this.#world = world;
    this.#gateways = gateways;
    this.#phases = scenario
      .phases({ ...options, ...scenario, policies })
      .filter(({ role }) => role !== "warmup");
    this.#schedule = compileSchedule(this.#phases, { seed, replicas: scenario.replicas });
    this.#requests = allocateRequests(this.#schedule.count);
    fillRequests(this.#requests, this.#schedule);
    this.#lateMs = lateWindows * Math.max(...policies.map(({ windowMs }) => windowMs));
  }

  async played(): Promise<History> {
    const { time } = this.#world;
    await this.#scrape();
    const spans: PhaseSpan[] = [];
    const engines: EngineRecord[] = [];
    let visits: Visit[] = [];
    const lengthMs = this.#phases.reduce((sum, phase) => sum + lengthOf(phase), 0);
    const send = (replica: number, subject: string, answered: (answer: VirtualAnswer | null) => void): void =>
      this.#send({ replica, subject, cost: 1 }, answered);
    const { probingClients: count = 0 } = this.#options.scenario;
    const { replicas } = this.#world;
    visits = startVisitors({ time, replicas, count, untilMs: time.nowMs + lengthMs, send });
    for (const index of this.#phases.keys()) {
      spans.push(await this.#play(index));
      engines.push({ phase: this.#phases[index]?.name ?? "", discrepancies: [], unsent: 0 });
      await this.#scrape();
    }
    await this.#go(time.nowMs + drainMs);
    await this.#scrape();
    await this.#scrape();
    const isAudited = this.#options.scenario.keyAudit === "at-the-end";
    const keyAudit = isAudited ? await this.#gateways.audit?.() : undefined;
    visits.sort((a, b) => a.sentMs - b.sentMs);
    return this.#history(spans, { engines, visits, ...(keyAudit === undefined ? {} : { keyAudit }) });
  }

  /** One phase, from when it begins to when all is answered that will be. */
  async #play(index: number): Promise<PhaseSpan> {
    const { time, clock } = this.#world;
    const phase = this.#phases[index];
    const rows = this.#schedule.phases[index];
    if (phase === undefined || rows === undefined)
      throw new RangeError(`The schedule has no phase ${index}.`);
    const soonestMs = time.nowMs + leadMs;
    const { name } = phase;
    if ("load" in phase) {
      const fromMs = alignedMs(soonestMs, phase.align, clock.offsetMs(soonestMs));
      startPhase(this.#requests, rows, fromMs);
      this.#sendInTime(rows.fromRow, rows.untilRow);
      await this.#go(fromMs + phase.load.durationMs);
      return { name, role: "judged", model: "open", fromMs, untilMs: time.nowMs };
    }
    const { connections, atMostMs } = phase.saturate;
    this.#saturate(rows.fromRow, rows.untilRow, connections, soonestMs + atMostMs);
    await this.#go(
      soonestMs + atMostMs,
      () => this.#requests.outcome[rows.untilRow - 1] !== outcomeCode.blank,
    );
    return { name, role: "judged", model: "saturate", fromMs: soonestMs, untilMs: time.nowMs };
  }

  /** Each row at its instant, or a little late, as an engine does. */
  #sendInTime(fromRow: number, untilRow: number): void {
    const { time } = this.#world;
    const { intendedMs, replica } = this.#requests;
    const sendNext = (row: number): void => {
      if (row >= untilRow) return;
      time.at((intendedMs[row] ?? 0) + 0.02, () => {
        this.#ask(row, replica[row] ?? 0, () => {});
        sendNext(row + 1);
      });
    };
    sendNext(fromRow);
  }

  /** Each connection takes the next row as soon as it has an answer. */
  #saturate(fromRow: number, untilRow: number, connections: number, stopMs: number): void {
    const { time, replicas } = this.#world;
    let next = fromRow;
    const goOn = (connection: number): void => {
      if (next >= untilRow || time.nowMs >= stopMs) return;
      const row = next++;
      const at = connection % replicas;
      this.#requests.intendedMs[row] = time.nowMs;
      this.#requests.replica[row] = at;
      this.#ask(row, at, () => time.at(time.nowMs + 0.05, () => goOn(connection)));
    };
    for (let connection = 0; connection < connections; connection++) goOn(connection);
  }

  #ask(row: number, replica: number, ended: () => void): void {
    const { requests, schedule } = { requests: this.#requests, schedule: this.#schedule };
    requests.sentMs[row] = this.#world.time.nowMs;
    const subject = schedule.subjects[requests.subject[row] ?? 0] ?? "";
    this.#send({ replica, subject, cost: requests.cost[row] ?? 1 }, (answer) => {
      if (answer === null) requests.outcome[row] = outcomeCode.lost;
      else record(requests, row, answer, this.#world.time.nowMs);
      ended();
    });
  }

  /** On its way to the replica, there, and back. */
  #send(asked: Omit<VirtualQuestion, "owners">, answered: (answer: VirtualAnswer | null) => void): void {
    const { time, network } = this.#world;
    const { replica, subject } = asked;
    const owners = ownersOf(this.#options.scenario, subject);
    const question = owners === undefined ? asked : { ...asked, owners };
    const fate = network.fate();
    const thereMs = network.arrivalMs(replica, time.nowMs);
    if (fate === "request-lost") {
      answered(null);
      return;
    }
    if (fate === "answer-lost") {
      // Nobody knows when it is decided: at once, or when everybody has forgotten it.
      const lateMs = this.#world.seed % 2 === 0 ? 0 : this.#lateMs * ((thereMs * 7.919) % 1);
      time.at(thereMs + lateMs, () => this.#gateways.ask(question, () => {}));
      answered(null);
      return;
    }
    time.at(thereMs, () =>
      this.#gateways.ask(question, (answer) => {
        time.at(network.arrivalMs(replica, time.nowMs), () => answered(answer));
      }),
    );
  }

  /** Goes on until `untilMs`, or until `isOver`. */
  async #go(untilMs: number, isOver: () => boolean = () => false): Promise<void> {
    const { time } = this.#world;
    const { settle } = this.#gateways;
    if (settle === undefined) while (!isOver() && time.step(untilMs));
    else while (!isOver() && time.step(untilMs)) await settle();
    if (!isOver()) time.nowMs = Math.max(time.nowMs, untilMs);
  }

  async #scrape(): Promise<void> {
    const { metrics } = this.#gateways;
    if (metrics === undefined) return;
    const { time, replicas } = this.#world;
    for (let replica = 0; replica < replicas; replica++) {
      const text = await metrics(replica);
      this.#scrapes.push({ replica, requestedMs: time.nowMs, receivedMs: time.nowMs + 0.5, text });
    }
    time.nowMs += 1;
  }

  #history(spans: readonly PhaseSpan[], seen: Seen): History {
    const { scenarioName, variant, command, seed, policies, promises } = this.#options;
    const { time, clock, replicas } = this.#world;
    return {
      schemaVersion: historySchemaVersion,
      run: {
        scenario: scenarioName,
        variant,
        id: "virtual",
        seed,
        startedAt: "2000-01-01T00:00:00.000Z",
        originMs,
        gates: [],
        command,
        environment: { gatecrash: "", node: "", platform: "virtual", cpus: "", redis: "" },
      },
      policies,
      promises: policies.map(promises),
      phases: spans,
      requests: withoutBlanks(this.#requests, allocateRequests),
      subjects: this.#schedule.subjects,
      ...belongingOf(this.#options.scenario, this.#schedule.subjects),
      lives: Array.from({ length: replicas }, (_, replica) => ({
        replica,
        fromMs: originMs - 1,
        untilMs: null,
      })),
      quiescences: [],
      faults: [],
      scrapes: this.#scrapes,
      ...seen,
      clock: clock.sampled(originMs - 500, time.nowMs + 500),
      redisPath: { asked: 0, slow: [] },
      redisSamples: [],
      stateDoubt: null,
    };
  }
}

/** What is no row. */
type Seen = Required<Pick<History, "engines" | "visits">> & Pick<History, "keyAudit">;

function lengthOf(phase: Phase): number {
  return "load" in phase ? phase.load.durationMs : phase.saturate.atMostMs;
}

/** Not before `soonestMs`, and where Redis's clock is as the phase wants it. */
function alignedMs(
  soonestMs: number,
  align: { readonly atMs: number; readonly toMs: number } | undefined,
  offsetMs: number,
): number {
  if (align === undefined) return soonestMs;
  const { atMs, toMs } = align;
  return Math.ceil((soonestMs + atMs + offsetMs) / toMs) * toMs - atMs - offsetMs;
}

function record(requests: Requests, row: number, answer: VirtualAnswer, receivedMs: number): void {
  const { status, source, policy = noPolicy, isUnavailable = false } = answer;
  requests.receivedMs[row] = receivedMs;
  requests.status[row] = status;
  requests.source[row] = sourceCode[source];
  requests.policy[row] = policy;
  const other = isUnavailable ? outcomeCode.unavailable : outcomeCode.error;
  requests.outcome[row] = status === 200 ? outcomeCode.allowed : status === 429 ? outcomeCode.denied : other;
}
