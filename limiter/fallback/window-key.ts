import { type AgedCost, CostCells, oldestFirst } from "./cost-cells.ts";
import { HEARD_LATE_US, type Ledger, type Outage, type Reply } from "./outage-rule.ts";

/** What a replica knows of one key that is limited by windows. */
export interface WindowKey {
  /** In the last reply; the limit if there was none. */
  remaining: number;
  /** Redis had decided that reply by then. */
  repliedUs: number;
  /** The end of the window that the reply was about lies in [resetEarlyUs, resetLateUs]; -Infinity if not known. */
  resetEarlyUs: number;
  resetLateUs: number;
  /** Admitted through Redis, and of no concern to an outage rule. */
  readonly own: CostCells;
  /** Admitted by this replica alone. */
  local: CostCells | undefined;
  /** Counted by the rule, and by Redis. */
  gated: CostCells | undefined;
  /** Admitted under the rule of outages that are forgotten: in Redis, but still part of this replica's share. */
  past: CostCells | undefined;
  /** The last reply since the gate began, and what was taken for Redis meanwhile. */
  gateReply: Reply | undefined;
  takenUs: number;
  takenCost: number;
  /** What is left for this replica of what remained, and the start of the outage for which this holds. */
  free: number;
  lostUs: number;
  /** The last denial: `blockedCost` does not fit before `blockedUntilUs`. */
  blockedCost: number;
  blockedUntilUs: number;
}

/** How finely a window is divided where costs are remembered by time: bounds the memory of a key. */
const CELLS_PER_WINDOW = 64;

/** The bookkeeping of a {@link WindowKey}, the same for every rule that counts windows. */
export interface WindowKeys {
  readonly fresh: () => WindowKey;
  readonly learn: (key: WindowKey, reply: Reply, gated: boolean) => void;
  readonly admit: (key: WindowKey, cost: number, nowUs: number, ledger: Ledger) => void;
  readonly release: (key: WindowKey, cost: number, ledger: Ledger) => void;
  readonly undo: (key: WindowKey, cost: number, sinceUs: number, nowUs: number) => number;
  readonly refund: (key: WindowKey, cost: number, gated: boolean) => void;
  readonly take: (key: WindowKey, nowUs: number) => AgedCost[];
  readonly putBack: (key: WindowKey, entries: readonly AgedCost[], takenUs: number) => void;
  readonly forget: (key: WindowKey) => void;
  readonly everything: (key: WindowKey, nowUs: number) => AgedCost[];
  /** Redis is lost again while the gate held: the lower of what remained before and since is what is known. */
  readonly foldGateReply: (key: WindowKey) => void;
  /**
   * What remained in Redis when it was last known to be there, as far as this replica can tell: the last reply's
   * remaining, plus what it knows to have ended since; all but its own when a reply came `weighsUs` or more after it.
   */
  readonly remainingAt: (key: WindowKey, outage: Outage, weighsUs: number) => number;
  /** Own cost under the rule in (nowUs - windowUs, nowUs]. */
  readonly admittedLately: (key: WindowKey, nowUs: number) => number;
}

/** Books for keys of a policy of `limit` per `windowUs`. */
export function windowKeys(limit: number, windowUs: number): WindowKeys {
  const cellUs = Math.ceil(windowUs / CELLS_PER_WINDOW);
  const cells = () => new CostCells(cellUs);

  return {
    fresh: () => freshKey(limit, cells()),
    learn(key, reply, gated) {
      const { admitted, sentUs, receivedUs, reserved = false } = reply;
      if (gated) key.gateReply = reply;
      else remember(key, reply);
      if (gated) key.gated ??= cells();
      const book = (gated ? key.gated : undefined) ?? key.own;
      if (admitted < 0) book.remove(-admitted);
      if (admitted <= 0 || reserved) return;
      book.dropUntil(receivedUs - windowUs);
      book.add(sentUs, receivedUs, admitted);
    },
    admit(key, cost, nowUs, ledger) {
      key.blockedCost = 0;
      key[ledger] ??= cells();
      key[ledger].add(nowUs, nowUs, cost);
    },
    release(key, cost, ledger) {
      key.blockedCost = 0;
      key[ledger]?.remove(cost);
    },
    undo: (key, cost, sinceUs, nowUs) => undo(key, cost, sinceUs - HEARD_LATE_US, nowUs - windowUs),
    refund,
    take(key, nowUs) {
      const { local, gated } = key;
      if (local === undefined) return [];
      const taken = local.agesAt(nowUs, nowUs - windowUs);
      key.takenUs = nowUs;
      key.takenCost = local.total;
      if (gated !== undefined) local.absorb(gated);
      key.gated = local;
      key.local = undefined;
      return taken;
    },
    putBack(key, entries, takenUs) {
      for (const { ageUs, cost } of entries) {
        key.gated?.remove(cost);
        key.local ??= cells();
        key.local.add(takenUs - ageUs, takenUs - ageUs, cost);
      }
    },
    forget: forgetWindowKey,
    // The books overlap in time: an outage that is forgotten may be older than most of what went through Redis.
    everything: (key, nowUs) =>
      [key.own, key.past, key.local, key.gated]
        .flatMap((book) => book?.agesAt(nowUs, nowUs - windowUs) ?? [])
        .sort(oldestFirst),
    foldGateReply(key) {
      const { gateReply } = key;
      if (gateReply === undefined) return;
      remember(key, { ...gateReply, remaining: Math.min(key.remaining, gateReply.remaining) });
      key.gateReply = undefined;
    },
    remainingAt(key, { answeredUs }, weighsUs) {
      const known =
        answeredUs - key.repliedUs >= weighsUs
          ? limit
          : key.remaining + key.own.surelyIn(key.repliedUs - weighsUs, answeredUs - weighsUs);
      return Math.max(0, Math.min(known, limit - ownSince(key, answeredUs - windowUs)));
    },
    admittedLately(key, nowUs) {
      key.past?.dropUntil(nowUs - windowUs);
      key.local?.dropUntil(nowUs - windowUs);
      key.gated?.dropUntil(nowUs - windowUs);
      return (key.local?.total ?? 0) + (key.gated?.total ?? 0);
    },
  };
}

function refund(key: WindowKey, cost: number, gated: boolean): void {
  key.blockedCost = 0;
  ((gated ? key.gated : undefined) ?? key.own).remove(cost);
}

/** What may have ended by itself, at `endedUs`, is not taken from what has not. */
function undo(key: WindowKey, cost: number, sinceUs: number, endedUs: number): number {
  if (sinceUs <= endedUs && sinceUs > Number.NEGATIVE_INFINITY) return 0;
  key.blockedCost = 0;
  return key.local?.removeSince(Math.max(sinceUs, endedUs + 1), cost) ?? 0;
}

/** What was admitted under the rule is Redis's; what no reply has counted yet is known to be there. */
function forgetWindowKey(key: WindowKey): void {
  const { local, gated, gateReply } = key;
  let unseen = (local?.total ?? 0) + (gated?.total ?? 0);
  if (gateReply !== undefined) {
    remember(key, gateReply);
    unseen = gateReply.sentUs < key.takenUs ? key.takenCost : 0;
  }
  key.remaining = Math.max(0, key.remaining - unseen);
  for (const book of [local, gated]) {
    if (book === undefined) continue;
    if (key.past === undefined) key.past = book;
    else key.past.absorb(book);
  }
  key.local = key.gated = key.gateReply = undefined;
  key.lostUs = Number.NEGATIVE_INFINITY;
}

function remember(key: WindowKey, { remaining, resetUs = 0, sentUs, receivedUs }: Reply): void {
  key.remaining = remaining;
  key.repliedUs = receivedUs;
  key.resetEarlyUs = resetUs > 0 ? sentUs + resetUs : Number.NEGATIVE_INFINITY;
  key.resetLateUs = resetUs > 0 ? receivedUs + resetUs : Number.NEGATIVE_INFINITY;
}

/** Own cost in Redis that may have been admitted after `afterUs`. */
export function ownSince(key: WindowKey, afterUs: number): number {
  return key.own.possiblyAfter(afterUs) + (key.past?.possiblyAfter(afterUs) ?? 0);
}

function freshKey(limit: number, own: CostCells): WindowKey {
  const never = Number.NEGATIVE_INFINITY;
  return {
    remaining: limit,
    repliedUs: never,
    resetEarlyUs: never,
    resetLateUs: never,
    own,
    past: undefined,
    local: undefined,
    gated: undefined,
    gateReply: undefined,
    takenUs: never,
    takenCost: 0,
    free: 0,
    lostUs: never,
    blockedCost: 0,
    blockedUntilUs: never,
  };
}
