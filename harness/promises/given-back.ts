import type { Claim } from "../history/evidence.ts";
import type { History } from "../history/history.ts";
import { refundCode, sourceCode } from "../history/requests.ts";

/** The requests of one subject whose cost was given back for certain. */
export interface GivenBack {
  /** Whether the row (its place in the traces) is one. */
  readonly has: (at: number) => boolean;
  /**
   * By when what was consumed in [sentMs, untilMs] may still be in the books: who gives back may take another charge of
   * the same time instead, and leave its own, which is younger; and that may happen to that one again.
   */
  readonly standsInUntil: (sentMs: number, untilMs: number) => number;
  /** The most that was charged at any time in [sentMs, untilMs] and given back later. */
  readonly underWay: (sentMs: number, untilMs: number) => number;
}

/**
 * Among rows [from, until) of `claim`: what Redis had let in, and whose answer says that its cost was given back. Such
 * a request counts only while it is under way. `null` if there is none.
 */
export function givenBack(
  { requests }: History,
  { traces }: Claim,
  from: number,
  until: number,
): GivenBack | null {
  const { sentMs, untilMs, cost, source, row } = traces;
  const has = (at: number): boolean =>
    requests.refund[row[at] ?? 0] === refundCode.given &&
    source[at] === sourceCode.redis &&
    (untilMs[at] ?? Number.NaN) < Number.POSITIVE_INFINITY;
  const rows: number[] = [];
  for (let at = from; at < until; at++) if (has(at)) rows.push(at);
  if (rows.length === 0) return null;
  const clusters = clustersOf(rows.map((at) => [sentMs[at] ?? 0, untilMs[at] ?? 0] as const));
  const bySent = summed(rows.map((at) => [sentMs[at] ?? 0, cost[at] ?? 0] as const));
  const byUntil = summed(
    rows.map((at) => [untilMs[at] ?? 0, cost[at] ?? 0] as const).sort(([a], [b]) => a - b),
  );
  return {
    has,
    standsInUntil(sent, received) {
      const last = countUntil(clusters.fromMs, received) - 1;
      const endMs = clusters.untilMs[last] ?? Number.NEGATIVE_INFINITY;
      return endMs >= sent ? Math.max(received, endMs) : received;
    },
    underWay(sent, received) {
      const begun = bySent.sums[countUntil(bySent.atMs, received)] ?? 0;
      return begun - (byUntil.sums[countBefore(byUntil.atMs, sent)] ?? 0);
    },
  };
}

/** Spans, in order of where they begin, joined where they touch. */
function clustersOf(spans: readonly (readonly [number, number])[]): {
  readonly fromMs: readonly number[];
  readonly untilMs: readonly number[];
} {
  const fromMs: number[] = [];
  const untilMs: number[] = [];
  for (const [from, until] of spans) {
    const last = untilMs.length - 1;
    const endMs = untilMs[last];
    if (endMs !== undefined && from <= endMs) untilMs[last] = Math.max(endMs, until);
    else {
      fromMs.push(from);
      untilMs.push(until);
    }
  }
  return { fromMs, untilMs };
}

/** `sums[k]` is the cost of the first k. */
function summed(costs: readonly (readonly [number, number])[]): {
  readonly atMs: readonly number[];
  readonly sums: readonly number[];
} {
  let sum = 0;
  return { atMs: costs.map(([at]) => at), sums: [0, ...costs.map(([, cost]) => (sum += cost))] };
}

/** How many of the ascending `instants` are at `atMs` or before. */
function countUntil(instants: readonly number[], atMs: number): number {
  return place(instants, (instant) => instant <= atMs);
}

/** How many of the ascending `instants` are before `atMs`. */
function countBefore(instants: readonly number[], atMs: number): number {
  return place(instants, (instant) => instant < atMs);
}

function place(instants: readonly number[], isBefore: (instant: number) => boolean): number {
  let low = 0;
  let high = instants.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isBefore(instants[middle] ?? 0)) low = middle + 1;
    else high = middle;
  }
  return low;
}
