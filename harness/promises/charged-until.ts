import type { Claim } from "../history/evidence.ts";
import type { History } from "../history/history.ts";
import { sourceCode } from "../history/requests.ts";
import { kindCode } from "../history/traces.ts";
import { deciderOf } from "./decider.ts";

/**
 * When the cost of a row (its place in the claim's traces) had certainly been charged or never would be; Infinity where
 * that is not known, NaN where it certainly never was.
 */
export type ChargedUntil = (at: number) => number;

/** By how much of a window Redis may keep for longer what it is told of later: replicas remember in cells. */
const mergeGrainShare = 1 / 32;

/**
 * What Redis may have charged, whoever answered. A replica that decides alone tells Redis later of what it let in,
 * which counts once, perhaps a little younger than it is; where windows do not slide, perhaps in full at that time.
 * What it decided after it had waited for Redis, or while a fault set in or ended, Redis may have charged too, and as
 * late as its connections were last seen to be alive.
 */
export function chargedUntil(history: History, claim: Claim): ChargedUntil {
  const { traces, promises, policy } = claim;
  const { requests } = history;
  const decides = deciderOf(history, policy.windowMs);
  const asked = mayHaveAsked(history, promises.withoutRedis?.deadlineMs);
  const merges = promises.withoutRedis?.kind === "local";
  const slides = promises.lower.kind === "window";
  const lateMs = slides
    ? policy.windowMs * mergeGrainShare
    : 2 * (promises.withoutRedis?.deadlineMs ?? 0) + (promises.withoutRedis?.probeIntervalMs ?? 0);
  const answers = merges && !slides ? redisAnswers(history) : [];
  return (at) => {
    const kind = traces.kind[at] ?? 0;
    const until = traces.untilMs[at] ?? 0;
    if (kind === kindCode.ambiguous) return until;
    const sent = traces.sentMs[at] ?? 0;
    const replica = requests.replica[traces.row[at] ?? 0] ?? 0;
    const byRedis = decides(replica, traces.source[at] ?? 0, sent, until) === "redis";
    if (kind === kindCode.denied)
      return promises.deniedConsumes
        ? until
        : byRedis || !asked(replica, sent, until)
          ? Number.NaN
          : quietAfter(history, replica, sent);
    if (byRedis) return until;
    const toldMs = slides || !merges ? until : nextAfter(answers[replica], until);
    const cutMs = asked(replica, sent, until) ? quietAfter(history, replica, sent) : until;
    return Math.max(toldMs + (merges ? lateMs : 0), cutMs);
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

/** By replica: when its answers by Redis had arrived, ascending. */
function redisAnswers({ requests }: History): Float64Array[] {
  const arrived: number[][] = [];
  for (let row = 0; row < requests.count; row++) {
    if (requests.source[row] !== sourceCode.redis) continue;
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
