import type { Claim } from "../history/evidence.ts";
import type { History } from "../history/history.ts";
import { outcomeCode, sourceCode } from "../history/requests.ts";
import { kindCode } from "../history/traces.ts";
import { deciderOf, type Undeclared } from "./decider.ts";

/**
 * What Redis may have been charged for one row (its place in the claim's traces), each as the instant by which it
 * certainly had been or never would be: Infinity where that is not known, NaN where it certainly never was.
 */
export interface Charges {
  /** For what was let in, or is ambiguous. */
  readonly counted: (at: number) => number;
  /** Besides, for a call that Redis may have got though its answer came too late: the replica decided alone. */
  readonly cut: (at: number) => number;
  /**
   * When the answer to what was let in had been read, if Redis let it in, or whatever keeps the promise: by then it had been
   * charged, whether or not the answer says so. Infinity where somebody else may have decided.
   */
  readonly decidedMs: (at: number) => number;
}

/** By how much of a window Redis may keep for longer what it is told of later: replicas remember in cells. */
const mergeGrainShare = 1 / 32;

/**
 * What Redis may have charged, whoever answered. A replica that decides alone tells Redis later of what it let in,
 * which counts once, perhaps a little younger than it is; where windows do not slide, perhaps in full at that time.
 * What it decided after it had waited for Redis, or while a fault set in or ended, Redis may have charged on its own
 * account, and as late as the replica's connections were last seen to be alive, or as the limiter declares.
 */
export function chargesOf(history: History, claim: Claim, undeclared?: Undeclared): Charges {
  const { traces, promises, policy } = claim;
  const { withoutRedis } = promises;
  const { replica: replicas, outcome: outcomes, receivedMs: receiveds } = history.requests;
  const lateMs = withoutRedis?.cutChargesWithinMs ?? Number.POSITIVE_INFINITY;
  const decides = deciderOf(history, policy.windowMs, undeclared);
  const asked = mayHaveAsked(history, withoutRedis?.deadlineMs);
  const told = toldUntil(history, claim);
  const replicaOf = (at: number): number => replicas[traces.row[at] ?? 0] ?? 0;
  const isAlone = (at: number): boolean =>
    traces.kind[at] !== kindCode.ambiguous &&
    decides(replicaOf(at), traces.source[at] ?? 0, traces.sentMs[at] ?? 0, traces.untilMs[at] ?? 0) !==
      "redis";
  const decidedMs = (at: number): number => {
    const row = traces.row[at] ?? 0;
    const receivedMs = outcomes[row] === outcomeCode.allowed ? (receiveds[row] ?? Number.NaN) : Number.NaN;
    if (Number.isNaN(receivedMs)) return Number.POSITIVE_INFINITY;
    const decider = decides(replicaOf(at), traces.source[at] ?? 0, traces.sentMs[at] ?? 0, receivedMs);
    return decider === "redis" ? receivedMs : Number.POSITIVE_INFINITY;
  };
  return {
    decidedMs,
    counted(at) {
      const settledMs = traces.untilMs[at] ?? 0;
      const isOpen = traces.kind[at] === kindCode.ambiguous;
      const until = isOpen ? Math.min(settledMs, decidedMs(at)) : settledMs;
      if (traces.kind[at] === kindCode.denied) return promises.deniedConsumes ? until : Number.NaN;
      return isAlone(at) ? told(replicaOf(at), until) : until;
    },
    cut(at) {
      const sent = traces.sentMs[at] ?? 0;
      const cut = isAlone(at) && asked(replicaOf(at), sent, traces.untilMs[at] ?? 0);
      if (!cut) return Number.NaN;
      return Math.min(quietAfter(history, replicaOf(at), sent), (traces.untilMs[at] ?? 0) + lateMs);
    },
  };
}

/** By when Redis had been told of what a replica let in alone until `untilMs`, or as of when it counts there. */
function toldUntil(
  history: History,
  { promises, policy }: Claim,
): (replica: number, untilMs: number) => number {
  const { withoutRedis, lower } = promises;
  if (withoutRedis?.kind !== "local") return (_, untilMs) => untilMs;
  // Redis takes away the age as it was when it was sent: what it is told of is younger by its way, too.
  const youngerMs = policy.windowMs * mergeGrainShare + withoutRedis.deadlineMs;
  if (lower.kind === "window") return (_, untilMs) => untilMs + youngerMs;
  const answers = arrivalsFrom(history, sourceCode.redis);
  const alone = arrivalsFrom(history, sourceCode.local);
  const lateMs = 2 * withoutRedis.deadlineMs + withoutRedis.probeIntervalMs;
  return (replica, untilMs) => {
    let backMs = nextAfter(answers[replica], untilMs);
    // Lost again before it had told all: it tells the rest when it is back again.
    let lostMs = nextAfter(alone[replica], backMs);
    while (lostMs < Number.POSITIVE_INFINITY && lostMs <= backMs + lateMs) {
      backMs = nextAfter(answers[replica], lostMs);
      lostMs = nextAfter(alone[replica], backMs);
    }
    return backMs + lateMs;
  };
}

/** Whether Redis may have been asked about what a replica then decided alone. */
function mayHaveAsked(
  { faults }: History,
  deadlineMs: number | undefined,
): (replica: number, sentMs: number, receivedMs: number) => boolean {
  return (replica, sentMs, receivedMs) => {
    if (deadlineMs === undefined || receivedMs - sentMs >= deadlineMs / 2) return true;
    return faults.some((fault) => {
      if (!fault.replicas.includes(replica)) return false;
      const touches = (fromMs: number, untilMs: number): boolean => sentMs <= untilMs && receivedMs >= fromMs;
      if (fault.cutsOff !== true) return touches(fault.fromMs, fault.untilMs);
      return touches(fault.fromMs, fault.injectedMs) || touches(fault.healingMs, fault.untilMs);
    });
  };
}

/** The first instant from `sentMs` on at which nothing of `replica` was under way any more; Infinity if none is known. */
function quietAfter({ quiescences }: History, replica: number, sentMs: number): number {
  let quiet = Number.POSITIVE_INFINITY;
  for (const { replica: whose, atMs } of quiescences)
    if (whose === replica && atMs >= sentMs && atMs < quiet) quiet = atMs;
  return quiet;
}

/** By replica: when its answers by Redis arrived, or those by which it let somebody in alone; ascending. */
function arrivalsFrom({ requests }: History, source: number): Float64Array[] {
  const arrived: number[][] = [];
  for (let row = 0; row < requests.count; row++) {
    const allowed = requests.outcome[row] === outcomeCode.allowed;
    const counts = allowed || (source === sourceCode.redis && requests.outcome[row] === outcomeCode.denied);
    if (!counts || requests.source[row] !== source) continue;
    const replica = requests.replica[row] ?? 0;
    const own = arrived[replica] ?? [];
    arrived[replica] = own;
    own.push(requests.receivedMs[row] ?? Number.NaN);
  }
  return Array.from(arrived, (own) => Float64Array.from(own ?? []).sort());
}

function nextAfter(ascending: Float64Array | undefined, atMs: number): number {
  let low = 0;
  let high = ascending?.length ?? 0;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((ascending?.[middle] ?? 0) <= atMs) low = middle + 1;
    else high = middle;
  }
  return ascending?.[low] ?? Number.POSITIVE_INFINITY;
}
