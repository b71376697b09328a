import type { Promised } from "../../../limiter/promised.ts";
import { shareOf, sharesTogether } from "../../promises/shares.ts";

/** What may be let in on top of the promise while some replicas decide alone, in cost. */
export interface Allowance {
  /** Replicas that are granted a share of their own, one entry for each life in which they used it. */
  readonly alone: readonly number[];
  /** Fresh limits that lost state may have granted. */
  readonly freshLimits: number;
  /** What replicas did not know of each other, weighed by their shares. */
  readonly staleness: number;
  /** What the moments of leaving Redis may have added: not all replicas leave it at once. */
  readonly transition: number;
}

/** The kinds of promise that a fallback can be judged by. */
export type Limited = Extract<Promised, { kind: "window" | "rate" | "two-counters" | "fixed" }>;

/** `promised` if a fallback can be judged by it. */
export function limitedOf(promised: Promised): Limited | null {
  const { kind } = promised;
  return kind === "sum" || kind === "unlimited" || kind === "none" ? null : promised;
}

/** Cost that a rested key may spend at once. */
export function capacityOf(promised: Limited): number {
  return promised.kind === "rate" ? promised.burst : promised.limit;
}

/** How a replica's part is sized: `equal`, or `observed` where windows slide. */
export type Share = "equal" | "observed";

/** The most that `count` replicas together may let in under `allowance`, as a curve of its own. */
export function degradedPromise(
  promised: Limited,
  count: number,
  share: Share,
  allowance: Allowance,
): Promised {
  const { alone, freshLimits, staleness, transition } = allowance;
  const whole = share === "observed" && (promised.kind === "window" || promised.kind === "two-counters");
  const sharesOf = (total: number): number =>
    alone.reduce((sum, replica) => sum + (whole ? total : shareOf(total, replica, count)), 0);
  const capacity = capacityOf(promised);
  const cost =
    sharesTogether(capacity, count) +
    sharesOf(capacity) +
    freshLimits * capacity +
    Math.ceil(staleness + transition);
  const { windowMs, limit } = promised;
  switch (promised.kind) {
    case "window":
      return { ...promised, limit: cost };
    case "rate":
      return { ...promised, burst: cost, limit: sharesTogether(limit, count) + sharesOf(limit) };
    // The clock's windows may hold nearly twice the limit in any other window of their length.
    case "two-counters":
      return { kind: "window", limit: cost + limit + 1, windowMs };
    case "fixed":
      return fixedOf(promised, cost);
  }
}

/**
 * The most that one replica may let in on its own. With `observed` shares a replica may be given back for a while
 * what it had let in through Redis, where windows slide.
 */
export function sharePromise(promised: Limited, replica: number, count: number, share: Share): Promised {
  const own = (total: number): number => shareOf(total, replica, count);
  const { limit, windowMs } = promised;
  switch (promised.kind) {
    case "window":
      return { ...promised, limit: share === "equal" ? own(limit) : limit };
    case "rate":
      return { ...promised, burst: own(promised.burst), limit: own(limit) };
    case "two-counters":
      return { kind: "window", limit: share === "equal" ? own(limit) : 2 * limit, windowMs };
    case "fixed":
      return fixedOf(promised, own(limit));
  }
}

/** Windows of several limiters begin together only where they follow one clock. */
function fixedOf(promised: Extract<Limited, { kind: "fixed" }>, cost: number): Promised {
  return promised.phase === "epoch"
    ? { ...promised, limit: cost }
    : { kind: "rate", burst: 2 * cost, limit: cost, windowMs: promised.windowMs };
}
