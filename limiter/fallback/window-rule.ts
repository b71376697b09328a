import type { Outage, OutageRule } from "./outage-rule.ts";
import { floorOfRatio } from "./shares.ts";
import { type WindowKey, windowKeys } from "./window-key.ts";

/** How a replica's allowance grows during an outage; times from the start of the outage, in windows. */
export interface Growth {
  /** From then on, never more than the share. */
  readonly capAfterWindows: number;
  /** From then on, the share. */
  readonly growAfterWindows: number;
}

/** Never more than the share, and all of it when what Redis had admitted has left the window. */
export const EQUAL_GROWTH: Growth = { capAfterWindows: 0, growAfterWindows: 1 };

/** For one window what this replica had been using, then the share: the full share only when no other still does. */
export const OBSERVED_GROWTH: Growth = { capAfterWindows: 1, growAfterWindows: 3 };

export interface WindowRuleOptions {
  readonly limit: number;
  readonly windowUs: number;
  /** w * limit. */
  readonly share: number;
  readonly growth: Growth;
  /** How long a cost weighs in what remains: the window; two windows where the previous one is weighed. */
  readonly weighsUs: number;
}

/**
 * The rule for sliding windows. With r what remained in Redis, w this replica's share of the limit L, W the window,
 * t0 the start of the outage, E(t) the own cost that Redis had admitted in (t0 - W, t - W], and a(t) the own cost
 * admitted under the rule in (t - W, t], it admits c at t iff a(t) + c <= b(t), where
 *   b(t) = min(floor(w r) + E(t), w L) until t0 + W, then w L                               (equal growth)
 *   b(t) = floor(w r) + E(t) until t0 + W, min(that, w L) until t0 + 3 W, then w L          (observed growth).
 *
 * Why the limit holds when all replicas are without Redis. Let T be Redis's last decision, S the cost in (T - W, T],
 * Y the part of S that others had admitted after this replica's last reply: r <= L - S + Y. Every t0 >= T, so what
 * the E(t) of all replicas free has left S by t: S(t) + sum b(t) <= S - sum E(t) + sum w (L - S + Y) + sum E(t)
 * <= L + sum w Y. From T + W on nothing of S is left; with equal growth sum b <= sum w L = L. With observed growth
 * a replica that was lost late may admit E(t) > w L until T + 2 W, which stays in the window until T + 3 W.
 * When only some are without Redis, Redis admits L, and each of them at most max over t of b(t) in addition:
 * w L with equal growth, at most L with observed growth.
 */
export function windowRule(options: WindowRuleOptions): OutageRule<WindowKey> {
  const { limit, windowUs, share, growth, weighsUs } = options;
  const keys = windowKeys(limit, windowUs);
  const capUs = growth.capAfterWindows * windowUs;
  const growUs = growth.growAfterWindows * windowUs;

  function freed(key: WindowKey, nowUs: number, { startedUs }: Outage): number {
    return key.own.surelyIn(startedUs - windowUs, Math.min(nowUs - windowUs, startedUs));
  }

  /** b(t). What earlier outages admitted is in Redis, but no room in this replica's share. */
  function allowance(key: WindowKey, nowUs: number, outage: Outage): number {
    const shareLeft = share - (key.past?.possiblyAfter(nowUs - windowUs) ?? 0);
    if (nowUs >= outage.startedUs + growUs) return shareLeft;
    const known = key.free + freed(key, nowUs, outage);
    return nowUs >= outage.startedUs + capUs ? Math.min(known, shareLeft) : known;
  }

  /** The next instant at which the allowance may grow, or what was admitted may shrink. */
  function nextChange(key: WindowKey, afterUs: number, { startedUs }: Outage): number {
    const ended = afterUs - windowUs;
    const ends = [key.local, key.gated, key.past, key.own].map(
      (book) => book?.nextEndAfter(ended) ?? Infinity,
    );
    const grows = startedUs + growUs > afterUs ? startedUs + growUs : Infinity;
    return Math.min(grows, ...ends.map((endUs) => endUs + windowUs));
  }

  function firstFit(key: WindowKey, cost: number, nowUs: number, outage: Outage): number {
    if (cost > share && cost > key.free + freed(key, Infinity, outage)) return Infinity;
    let atUs = nextChange(key, nowUs, outage);
    while (atUs < Infinity) {
      const [local, gated] = [key.local, key.gated].map((book) => book?.possiblyAfter(atUs - windowUs) ?? 0);
      if ((local ?? 0) + (gated ?? 0) + cost <= allowance(key, atUs, outage)) return atUs;
      atUs = nextChange(key, atUs, outage);
    }
    return Infinity;
  }

  return {
    ...keys,
    horizonUs: weighsUs,
    settledUs: growUs,
    share,
    lose(key, outage) {
      keys.foldGateReply(key);
      const known = floorOfRatio(share, keys.remainingAt(key, outage, weighsUs), limit);
      // Lost again before it was forgotten: the outage before still holds.
      key.free = outage.startedUs < key.lostUs + growUs ? Math.min(key.free, known) : known;
      key.lostUs = outage.startedUs;
      key.blockedCost = 0;
    },
    waitUs(key, cost, nowUs, outage) {
      if (cost === key.blockedCost && nowUs < key.blockedUntilUs) return key.blockedUntilUs - nowUs;
      if (keys.admittedLately(key, nowUs) + cost <= allowance(key, nowUs, outage)) return 0;
      key.blockedCost = cost;
      key.blockedUntilUs = firstFit(key, cost, nowUs, outage);
      return key.blockedUntilUs - nowUs;
    },
    remaining: (key, nowUs, outage) =>
      Math.max(0, allowance(key, nowUs, outage) - keys.admittedLately(key, nowUs)),
  };
}
