import type { Claim } from "../history/evidence.ts";
import type { History } from "../history/history.ts";
import { refundCode } from "../history/requests.ts";
import type { Charges } from "./charges-of.ts";
import type { PromiseKind, Terms } from "./promise.ts";

/** What those requests of one subject may cost others whose own cost was given back for certain. */
export interface GivenBack {
  /** What the row (its place in the traces) may leave in the books for good: its cost, if it was not given back. */
  readonly left: (at: number) => number;
  /** What the others may besides have had in the books, at most, at any time while the row was under way. */
  readonly passing: (at: number) => number;
}

/** What it is worked out by. */
export interface GivenBackTerms {
  readonly kind: PromiseKind;
  readonly terms: Terms;
  readonly charges: Pick<Charges, "decidedMs">;
}

/**
 * Among rows [from, until) of `claim`: what Redis had let in, or whatever keeps the promise, and whose answer says that its
 * cost was given back. Such a request counts while it is under way. Where each charge leaves the books by itself when it is
 * a window old, the limiter may have taken an older one back instead, as much older as it declares, so that its own leaves
 * later: of what was charged in a window and given back in the same, only what was charged around its beginning can still
 * be in the books. `null` if nothing was given back.
 */
export function givenBack(
  { requests }: History,
  { traces, promises }: Claim,
  { kind, terms, charges }: GivenBackTerms,
  [from, until]: readonly [number, number],
): GivenBack | null {
  const { sentMs, untilMs, cost, row } = traces;
  const { refundsAgedMs = 0 } = promises;
  const has = (at: number): boolean =>
    requests.refund[row[at] ?? 0] === refundCode.given && charges.decidedMs(at) < Number.POSITIVE_INFINITY;
  const rows: number[] = [];
  for (let at = from; at < until; at++) if (has(at)) rows.push(at);
  if (rows.length === 0) return null;
  const within = costWithin(
    rows.map((at) => [(sentMs[at] ?? 0) - refundsAgedMs, cost[at] ?? 0] as const),
    rows.map((at) => [charges.decidedMs(at), cost[at] ?? 0] as const),
  );
  const { slidesMs } = kind;
  const { slackMs } = terms;
  return {
    left(at) {
      const whole = cost[at] ?? 0;
      if (!has(at)) return whole;
      return kind.leavesBehind(whole, (sentMs[at] ?? 0) - refundsAgedMs, charges.decidedMs(at), terms);
    },
    passing(at) {
      const begin = sentMs[at] ?? 0;
      const end = untilMs[at] ?? 0;
      const underWay = within(begin, end);
      return slidesMs === 0
        ? underWay
        : underWay + within(begin - slidesMs - slackMs, end - slidesMs + slackMs);
    },
  };
}

type Costs = readonly (readonly [number, number])[];

/** What those cost whose interval meets [fromMs, untilMs]; `begins` and `ends` are instants with their costs. */
function costWithin(begins: Costs, ends: Costs): (fromMs: number, untilMs: number) => number {
  const begun = summed(begins);
  const ended = summed(ends.toSorted(([a], [b]) => a - b));
  return (fromMs, untilMs) =>
    (begun.sums[place(begun.atMs, (atMs) => atMs <= untilMs)] ?? 0) -
    (ended.sums[place(ended.atMs, (atMs) => atMs < fromMs)] ?? 0);
}

/** `sums[k]` is the cost of the first k. */
function summed(costs: Costs): { readonly atMs: readonly number[]; readonly sums: readonly number[] } {
  const sums = [0];
  for (const [, cost] of costs) sums.push((sums.at(-1) ?? 0) + cost);
  return { atMs: costs.map(([at]) => at), sums };
}

/** How many of the ascending `instants` are before a place that `isBefore` knows. */
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
