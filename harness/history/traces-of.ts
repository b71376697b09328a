import type { History } from "./history.ts";
import { outcomeCode, type Requests, refundCode, sourceCode } from "./requests.ts";
import { kindCode, type Traces } from "./traces.ts";

/** Whom a policy counts. */
export interface Counted {
  readonly names: readonly string[];
  /** By the index of a subject of the history: whose index in `names` it counts for. */
  readonly of: Uint32Array;
  /** So many replicas count alone, each for itself. @default 1: all count together */
  readonly replicas?: number;
}

/** Whom a policy with this `by` counts: the subjects themselves, unless the history knows to whom they belong by that name. */
export function countedBy(history: History, by = ""): Counted {
  const { subjects, belongs = {} } = history;
  const owners = belongs[by];
  const replicas = replicasAlone(history);
  if (owners === undefined) return { names: subjects, of: Uint32Array.from(subjects.keys()), replicas };
  const names = [...new Set(owners)];
  const indices = new Map(names.map((name, index) => [name, index]));
  return { names, of: Uint32Array.from(owners, (owner) => indices.get(owner) ?? 0), replicas };
}

/** How many count alone; 1 where that is not promised. */
function replicasAlone({ promises, requests }: History): number {
  if (!promises.some(({ isPerReplica = false }) => isPerReplica)) return 1;
  let last = 0;
  for (let row = 0; row < requests.count; row++) last = Math.max(last, requests.replica[row] ?? 0);
  return last + 1;
}

/**
 * Groups the requests of `history` by whom they count for, and by replica where those count alone, each group in order of
 * the instant it was sent. O(n log n).
 */
export function tracesOf(
  history: History,
  { names, of, replicas = 1 }: Counted = countedBy(history),
): Traces {
  const { requests } = history;
  const groupOf: GroupOf = (row) => {
    const named = of[requests.subject[row] ?? 0] ?? 0;
    return replicas === 1 ? named : named * replicas + (requests.replica[row] ?? 0);
  };
  const starts = groupStarts(requests, names.length * replicas, groupOf);
  const row = rowsByGroup(requests, starts, groupOf);
  sortGroupsBySent(row, starts, requests.sentMs);
  return withoutEmptyGroups(history, starts, row, replicas);
}

/** The group of a row of the requests. */
type GroupOf = (row: number) => number;

/** The kind of a row; 0 for rows that belong to no trace. */
const kindOfOutcome = new Uint8Array(16);
kindOfOutcome[outcomeCode.allowed] = kindCode.allowed;
kindOfOutcome[outcomeCode.denied] = kindCode.denied;
kindOfOutcome[outcomeCode.unavailable] = kindCode.ambiguous;
kindOfOutcome[outcomeCode.error] = kindCode.ambiguous;
kindOfOutcome[outcomeCode.lost] = kindCode.ambiguous;

/** What was let in and asked for its cost back may count or not: that is ambiguous, too. */
function kindAt(requests: Requests, row: number): number {
  const kind = kindOfOutcome[requests.outcome[row] ?? 0] ?? 0;
  const mayBeGivenBack = kind === kindCode.allowed && requests.refund[row] !== refundCode.none;
  return mayBeGivenBack ? kindCode.ambiguous : kind;
}

function groupStarts(requests: Requests, groups: number, groupOf: GroupOf): Uint32Array {
  const starts = new Uint32Array(groups + 1);
  for (let row = 0; row < requests.count; row++) {
    if (kindAt(requests, row) === 0) continue;
    const next = groupOf(row) + 1;
    starts[next] = (starts[next] ?? 0) + 1;
  }
  for (let s = 0; s < groups; s++) starts[s + 1] = (starts[s + 1] ?? 0) + (starts[s] ?? 0);
  return starts;
}

function rowsByGroup(requests: Requests, starts: Uint32Array, groupOf: GroupOf): Uint32Array {
  const next = starts.slice();
  const rows = new Uint32Array(starts[starts.length - 1] ?? 0);
  for (let row = 0; row < requests.count; row++) {
    if (kindAt(requests, row) === 0) continue;
    const group = groupOf(row);
    const at = next[group] ?? 0;
    rows[at] = row;
    next[group] = at + 1;
  }
  return rows;
}

/** Rows come nearly in order: only groups that are out of order are sorted. */
function sortGroupsBySent(rows: Uint32Array, starts: Uint32Array, sentMs: Float64Array): void {
  const sent = (row: number | undefined): number => sentMs[row ?? 0] ?? 0;
  for (let s = 0; s + 1 < starts.length; s++) {
    const from = starts[s] ?? 0;
    const until = starts[s + 1] ?? 0;
    for (let i = from + 1; i < until; i++) {
      if (sent(rows[i]) >= sent(rows[i - 1])) continue;
      rows.subarray(from, until).sort((a, b) => sent(a) - sent(b) || a - b);
      break;
    }
  }
}

function withoutEmptyGroups(
  history: History,
  allStarts: Uint32Array,
  row: Uint32Array,
  replicas: number,
): Traces {
  const { requests } = history;
  const subject: number[] = [];
  const starts: number[] = [];
  for (let s = 0; s + 1 < allStarts.length; s++) {
    if (allStarts[s] === allStarts[s + 1]) continue;
    subject.push(Math.floor(s / replicas));
    starts.push(allStarts[s] ?? 0);
  }
  starts.push(row.length);
  const traces: Traces = {
    groups: subject.length,
    starts: Uint32Array.from(starts),
    subject: Uint32Array.from(subject),
    sentMs: new Float64Array(row.length),
    untilMs: new Float64Array(row.length),
    cost: new Uint32Array(row.length),
    kind: new Uint8Array(row.length),
    source: new Uint8Array(row.length),
    phase: new Uint8Array(row.length),
    row,
  };
  const settledBy = settling(history);
  for (let i = 0; i < row.length; i++) copyRow(traces, i, row[i] ?? 0, requests, settledBy);
  return traces;
}

function copyRow(
  traces: Traces,
  i: number,
  row: number,
  requests: Requests,
  settledBy: (row: number) => number,
): void {
  const kind = kindAt(requests, row);
  const sent = requests.sentMs[row] ?? 0;
  traces.sentMs[i] = sent;
  const received = requests.receivedMs[row] ?? Number.POSITIVE_INFINITY;
  traces.untilMs[i] = kind === kindCode.ambiguous ? settledBy(row) : received;
  traces.cost[i] = requests.cost[row] ?? 0;
  traces.kind[i] = kind;
  traces.source[i] = requests.source[row] ?? 0;
  traces.phase[i] = requests.phase[row] ?? 0;
}

/**
 * By when what an ambiguous request may have consumed certainly was, or never will be. A replica that is proved quiescent
 * has nothing under way; but what its client still keeps in memory it may yet ask. So of a limiter that does not declare
 * when calls that it gave up are charged, a quiescence counts once the process has ended, or once Redis has answered the
 * replica something that was asked later: a queue is emptied in its order.
 */
function settling(history: History): (row: number) => number {
  const { requests, promises } = history;
  const late = promises.map(
    ({ withoutRedis }) => withoutRedis?.cutChargesWithinMs ?? Number.POSITIVE_INFINITY,
  );
  const lateMs = Math.max(...late);
  const heardAfter = firstAnswers(history);
  return (row) => {
    const replica = requests.replica[row] ?? 0;
    const sent = requests.sentMs[row] ?? 0;
    // Who says that Redis had decided by then.
    const isDecided =
      requests.outcome[row] === outcomeCode.allowed && requests.source[row] === sourceCode.redis;
    if (isDecided) return requests.receivedMs[row] ?? Number.NaN;
    const endedMs = endedAfter(history, replica, sent);
    const quietMs = quietAfter(history, replica, sent);
    if (lateMs === Number.POSITIVE_INFINITY)
      return Math.min(quietAfter(history, replica, endedMs), heardAfter(replica, quietMs));
    const isRefusal = requests.outcome[row] === outcomeCode.unavailable;
    const decidedMs = isRefusal ? (requests.receivedMs[row] ?? Number.NaN) : endedMs;
    return Math.min(quietMs, decidedMs + lateMs);
  };
}

/** When the first answer that Redis may have given to what was sent from an instant on had been read, by replica. */
function firstAnswers({ requests }: History): (replica: number, fromMs: number) => number {
  const known = new Map<string, number>();
  const search = (replica: number, fromMs: number): number => {
    let first = Number.POSITIVE_INFINITY;
    for (let row = 0; row < requests.count; row++) {
      const kind = kindAt(requests, row);
      if (requests.replica[row] !== replica || (kind !== kindCode.allowed && kind !== kindCode.denied))
        continue;
      const isLater = (requests.sentMs[row] ?? 0) >= fromMs && requests.source[row] !== sourceCode.local;
      if (isLater) first = Math.min(first, requests.receivedMs[row] ?? first);
    }
    return first;
  };
  return (replica, fromMs) => {
    if (fromMs === Number.POSITIVE_INFINITY) return fromMs;
    const name = `${replica} ${fromMs}`;
    const found = known.get(name) ?? search(replica, fromMs);
    known.set(name, found);
    return found;
  };
}

/** When the process that `replica` had at `sentMs` was seen to have ended; Infinity if it was not, or none is known. */
function endedAfter({ lives }: History, replica: number, sentMs: number): number {
  const own = lives.filter((life) => life.replica === replica);
  const life = own.find(({ fromMs, untilMs }) => sentMs >= fromMs && (untilMs === null || sentMs <= untilMs));
  if (life !== undefined) return life.untilMs ?? Number.POSITIVE_INFINITY;
  // Nobody was there to take it.
  return own.some(({ untilMs }) => untilMs !== null && untilMs < sentMs) ? sentMs : Number.POSITIVE_INFINITY;
}

/** The first instant after `sentMs` at which `replica` was proved to have nothing under way; Infinity if none. */
function quietAfter({ quiescences }: History, replica: number, sentMs: number): number {
  let quiet = Number.POSITIVE_INFINITY;
  for (const q of quiescences)
    if (q.replica === replica && q.atMs >= sentMs && q.atMs < quiet) quiet = q.atMs;
  return quiet;
}
