import {
  type BucketKey,
  charge,
  chargeOwn,
  debtAt,
  freshBucketKey,
  leakOf,
  learnBucket,
  ownDebtAt,
  remainingAt,
  undo,
} from "./bucket-key.ts";
import type { OutageRule } from "./outage-rule.ts";
import { floorOfRatio } from "./shares.ts";

export interface BucketRuleOptions {
  readonly limit: number;
  readonly windowUs: number;
  /** Capacity of the bucket in Redis. */
  readonly burst: number;
  /** w * limit: what leaks from the local bucket in a window. */
  readonly share: number;
  /** w * burst: its capacity. */
  readonly burstShare: number;
}

/**
 * The rule for a leaky bucket (gcra): a local bucket of capacity w B that leaks w L / W. It starts with
 * floor(w r) free, r what remained of B in Redis when it was last known to be there: the last reply's remaining,
 * and L / W since. All in whole numbers.
 *
 * Why the promise of at most B + x L / W in any x holds when all replicas are without Redis. Let T be Redis's last
 * decision and D the debt then, Y what others had admitted after this replica's last reply: r <= B - D + Y.
 * In [a, b], a <= T < b, Redis admitted at most D + (T - a) L / W, and the replicas at most
 * sum (w r + (b - T) w L / W) <= B - D + sum w Y + (b - T) L / W. The sum is at most B + sum w Y + (b - a) L / W.
 * When only replicas C are without Redis, the local buckets' own curves, w B + x w L / W, add up to Redis's.
 *
 * What Redis must add afterwards is min(the local debt, what was admitted locally): Redis's debt and these are together
 * at least the debt of all admissions, whichever of the buckets ran empty meanwhile. But Redis leaks for all from the
 * first repair on: what has leaked here since Redis was last seen to be away is put back.
 */
export function bucketRule(options: BucketRuleOptions): OutageRule<BucketKey> {
  const { limit, windowUs, burst, share } = options;
  const capacity = share === 0 ? 0 : options.burstShare;
  const rate = leakOf(share, windowUs, burst);
  const { leak, unit } = rate;
  const fillsUs = Math.ceil((burst * windowUs) / limit);
  const horizonUs = Math.max(fillsUs, leak === 0 ? 0 : Math.ceil((capacity * unit) / leak));
  const roomAt = (key: BucketKey, nowUs: number) => capacity * unit - debtAt(key, nowUs, rate);
  const knownAt = (key: BucketKey, nowUs: number) => remainingAt(key, nowUs, burst, limit, windowUs);
  const entry = (debt: number) => (debt > 0 ? [{ ageUs: 0, cost: Math.ceil(debt / unit) }] : []);

  return {
    horizonUs,
    settledUs: horizonUs,
    share: capacity,
    fresh: () => freshBucketKey(burst),
    learn: (key, reply, gated) => learnBucket(key, reply, gated, rate),
    lose(key, { startedUs, answeredUs }) {
      const used = capacity - floorOfRatio(capacity, knownAt(key, answeredUs), burst);
      // What an outage before had admitted still fills the local bucket.
      key.debt = Math.max(used * unit, debtAt(key, startedUs, rate));
      key.debtUs = Math.max(key.debtUs, startedUs);
    },
    waitUs(key, cost, nowUs) {
      if (cost > capacity) return Number.POSITIVE_INFINITY;
      const missing = cost * unit - roomAt(key, nowUs);
      return missing <= 0 ? 0 : Math.ceil(missing / leak);
    },
    remaining: (key, nowUs) => Math.max(0, Math.floor(roomAt(key, nowUs) / unit)),
    admit(key, cost, nowUs, ledger) {
      charge(key, cost, nowUs, rate);
      if (ledger === "local") key.local += cost;
    },
    release(key, cost, ledger) {
      charge(key, -cost, key.debtUs, rate);
      if (ledger === "local") key.local = Math.max(0, key.local - cost);
    },
    undo: (key, cost, sinceUs, nowUs) => undo(key, cost, sinceUs, nowUs, rate),
    refund(key, cost, gated) {
      key.ownDebt = Math.max(0, key.ownDebt - cost * unit);
      if (gated) charge(key, -cost, key.debtUs, rate);
    },
    take(key, nowUs, silentUs) {
      const awayUs = Math.min(horizonUs, Math.max(0, nowUs - silentUs));
      const owed = debtAt(key, nowUs, rate) + awayUs * leak;
      const taken = entry(Math.min(owed, key.local * unit));
      key.local = 0;
      key.takenUs = nowUs;
      key.takenCost = taken[0]?.cost ?? 0;
      chargeOwn(key, key.takenCost, nowUs, rate);
      key.remaining = Math.max(0, knownAt(key, nowUs) - key.takenCost);
      key.repliedUs = Math.max(key.repliedUs, nowUs);
      return taken;
    },
    putBack(key, entries) {
      for (const { cost } of entries) {
        key.local += cost;
        key.ownDebt = Math.max(0, key.ownDebt - cost * unit);
      }
    },
    forget(key, nowUs) {
      if (key.takenUs >= key.repliedUs) key.repliedUs = nowUs;
      key.takenUs = Number.NEGATIVE_INFINITY;
      key.local = 0;
    },
    // Own debt through Redis, but no more than was in Redis when last heard of; and what was admitted alone.
    everything(key, nowUs) {
      const inRedis = (burst - knownAt(key, nowUs)) * unit;
      const alone = Math.min(debtAt(key, nowUs, rate), key.local * unit);
      return entry(Math.min(ownDebtAt(key, nowUs, rate), inRedis) + alone);
    },
  };
}
