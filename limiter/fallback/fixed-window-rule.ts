import type { CostCells } from "./cost-cells.ts";
import type { Outage, OutageRule } from "./outage-rule.ts";
import { floorOfRatio } from "./shares.ts";
import { ownSince, type WindowKey, windowKeys } from "./window-key.ts";

export interface FixedWindowRuleOptions {
  readonly limit: number;
  readonly windowUs: number;
  /** w * limit. */
  readonly share: number;
}

/**
 * The rule for fixed windows: floor(w r) until the end of the window that the last reply was about, then w L a window.
 * The end is known to lie in [sent, received] of that reply + reset; what is admitted in between counts in both
 * windows. Of a key without a reply the end may be any instant, so each two neighbouring windows share w L.
 *
 * Why the limit holds: in the window of Redis's last decision, S + sum floor(w (L - S + Y)) <= L + sum w Y, where Y is
 * what others admitted in it after this replica's last reply; in every later one the replicas admit sum w L = L.
 * When only replicas C are without Redis, each window has at most L through Redis and w L for each of them.
 */
export function fixedWindowRule({ limit, windowUs, share }: FixedWindowRuleOptions): OutageRule<WindowKey> {
  const keys = windowKeys(limit, windowUs);

  /** By how many windows the known end must be moved so that it is after `nowUs`. */
  function windowsPast(key: WindowKey, nowUs: number): number {
    return Math.max(0, Math.floor((nowUs - key.resetLateUs) / windowUs) + 1);
  }

  function roomAt(key: WindowKey, nowUs: number): number {
    const past = windowsPast(key, nowUs);
    const earlyEndUs = key.resetEarlyUs + past * windowUs;
    const startUs = earlyEndUs - windowUs;
    const shareLeft = share - possiblyFrom(key.past, startUs) - since(key, startUs);
    const room = past === 0 ? Math.min(shareLeft, key.free - since(key, startUs)) : shareLeft;
    return nowUs < earlyEndUs ? room : Math.min(room, share - since(key, earlyEndUs));
  }

  function firstFit(key: WindowKey, cost: number, nowUs: number): number {
    if (cost > share && cost > key.free) return Infinity;
    let endUs = key.resetLateUs + windowsPast(key, nowUs) * windowUs;
    // Two ends at most: what neither window has used may be in the one after.
    for (let tries = 0; tries < 3; tries++, endUs += windowUs) {
      if (cost <= roomAt(key, endUs)) return endUs;
    }
    return Infinity;
  }

  return {
    ...keys,
    horizonUs: 2 * windowUs,
    settledUs: 2 * windowUs,
    share,
    lose(key, outage) {
      keys.foldGateReply(key);
      anchor(key, outage, windowUs);
      const past = windowsPast(key, outage.startedUs);
      const startUs = key.resetEarlyUs + (past - 1) * windowUs;
      const known = past === 0 ? key.remaining : limit;
      const remaining = Math.max(0, Math.min(known, limit - ownSince(key, startUs - 1)));
      const free = floorOfRatio(share, remaining, limit);
      key.free = outage.startedUs < key.lostUs + windowUs ? Math.min(key.free, free) : free;
      if (past > 0) {
        // From here on `free` is about the window that the outage began in.
        key.resetEarlyUs += past * windowUs;
        key.resetLateUs += past * windowUs;
      }
      key.lostUs = outage.startedUs;
    },
    waitUs(key, cost, nowUs) {
      keys.admittedLately(key, nowUs - windowUs);
      return cost <= roomAt(key, nowUs) ? 0 : firstFit(key, cost, nowUs) - nowUs;
    },
    remaining: (key, nowUs) => Math.max(0, roomAt(key, nowUs)),
  };
}

/** Gives a key whose windows are not known all possible ends at once. */
function anchor(key: WindowKey, { startedUs }: Outage, windowUs: number): void {
  if (key.resetLateUs > Number.NEGATIVE_INFINITY) return;
  key.resetEarlyUs = startedUs;
  key.resetLateUs = startedUs + windowUs;
}

/** Cost that may have been admitted under the rule at `sinceUs` or later. */
function since(key: WindowKey, sinceUs: number): number {
  return possiblyFrom(key.local, sinceUs) + possiblyFrom(key.gated, sinceUs);
}

function possiblyFrom(book: CostCells | undefined, sinceUs: number): number {
  return book === undefined ? 0 : book.possiblyAfter(sinceUs - 1);
}
