import type { History, RedisSample } from "../../history/history.ts";
import { outcomeCode } from "../../history/requests.ts";

/** What a limiter does while nothing is broken: by this its storms are measured, for nobody declares how many connections it keeps. */
export interface OwnHabits {
  /** So many times the usual number of connections are no storm: 1, and more for who keeps a pool of them. */
  readonly connectionsTimes: number;
  /** So many scripts a decision are no storm: 1, and more for who calls several of them. */
  readonly scriptsPerDecision: number;
}

/** A limiter that keeps up to so many connections for each replica, the harness's own included, keeps no pool. */
const fewConnections = 8;
/** Fewer decisions than this say nothing of how many scripts one takes. */
const fewestDecisions = 100;

/**
 * Reads the habits before the first fault, or, of a limiter that began in the middle of one, at the end of the run, long after
 * it. What is allowed goes beyond them: two and a half times a pool may be made anew, and what a decision takes of scripts
 * beyond the first one it may take twice. Sound, since a pool makes each of its connections anew after a heal, and a limiter
 * that calls two scripts a decision calls them after it, too; whoever keeps no pool and calls one is given nothing.
 */
export function ownHabits(history: History): OwnHabits {
  const { faults, lives, redisSamples: samples } = history;
  const firstMs = faults.reduce((least, { fromMs }) => Math.min(least, fromMs), Number.POSITIVE_INFINITY);
  const lastMs = faults.reduce((most, { untilMs }) => Math.max(most, untilMs), 0);
  const before = samples.filter(({ untilMs }) => untilMs <= firstMs);
  const settled = samples.filter(({ fromMs }) => fromMs > lastMs + settledMs);
  const quiet = decidedIn(history, before) >= fewestDecisions ? before : settled;
  const replicas = new Set(lives.map(({ replica }) => replica)).size;
  const connected = quiet.reduce((most, { connectedClients }) => Math.max(most, connectedClients), 0);
  const scripts = scriptsPerDecision(history, quiet);
  return {
    connectionsTimes: Math.max(1, connected / (fewConnections * Math.max(1, replicas))),
    scriptsPerDecision: Math.max(1, 2 * scripts - 1),
  };
}

/** So long after the last heal nothing is left of it. */
const settledMs = 3_000;

function scriptsPerDecision(history: History, samples: readonly RedisSample[]): number {
  const [first, last] = [samples[0], samples.at(-1)];
  const decisions = decidedIn(history, samples);
  if (first === undefined || last === undefined || first.runId !== last.runId) return 1;
  return decisions < fewestDecisions ? 1 : (last.scriptCalls - first.scriptCalls) / decisions;
}

/** Decisions whose scripts certainly ran between the first of `samples` and the last. */
function decidedIn({ requests }: History, samples: readonly RedisSample[]): number {
  const fromMs = samples[0]?.untilMs ?? Number.POSITIVE_INFINITY;
  const untilMs = samples.at(-1)?.fromMs ?? Number.NEGATIVE_INFINITY;
  let decisions = 0;
  for (let row = 0; row < requests.count; row++) {
    const outcome = requests.outcome[row];
    if (outcome !== outcomeCode.allowed && outcome !== outcomeCode.denied) continue;
    if ((requests.sentMs[row] ?? 0) >= fromMs && (requests.receivedMs[row] ?? 0) <= untilMs) decisions++;
  }
  return decisions;
}
