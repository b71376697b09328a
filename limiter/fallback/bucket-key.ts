import type { Reply } from "./outage-rule.ts";
import { floorOfRatio } from "./shares.ts";

/** What a replica knows of one key that is limited by a leaky bucket. Debts are in units of {@link leakOf}. */
export interface BucketKey {
  /** In the last reply; the burst if there was none. Redis had decided it by `repliedUs`. */
  remaining: number;
  repliedUs: number;
  /** Debt of what Redis was told of this replica's admissions, as if they alone filled a bucket that leaks at this replica's share. */
  ownDebt: number;
  ownUs: number;
  /** The local bucket. */
  debt: number;
  debtUs: number;
  /** Cost admitted by this replica alone, of which Redis has not been told. */
  local: number;
  /** What Redis was told last, and when. */
  takenUs: number;
  takenCost: number;
}

/** share / windowUs as whole numbers: what leaks in a microsecond, and what one cost weighs. */
export interface Leak {
  readonly leak: number;
  readonly unit: number;
}

/** In lowest terms; where a bucket of `burst` would not fit into 2^53, the leak is rounded down. */
export function leakOf(share: number, windowUs: number, burst: number): Leak {
  const divisor = greatestCommonDivisor(share, windowUs);
  const [leak, unit] = [share / divisor, windowUs / divisor];
  const excess = Math.ceil((2 * burst * unit) / Number.MAX_SAFE_INTEGER);
  if (excess <= 1) return { leak, unit };
  return { leak: Math.floor(leak / excess), unit: Math.ceil(unit / excess) };
}

/** A key of which nothing is known. */
export function freshBucketKey(burst: number): BucketKey {
  const never = Number.NEGATIVE_INFINITY;
  return {
    remaining: burst,
    repliedUs: never,
    ownDebt: 0,
    ownUs: 0,
    debt: 0,
    debtUs: 0,
    local: 0,
    takenUs: never,
    takenCost: 0,
  };
}

/** The local bucket's debt at `nowUs`. */
export function debtAt({ debt, debtUs }: BucketKey, nowUs: number, { leak }: Leak): number {
  return Math.max(0, debt - Math.max(0, nowUs - debtUs) * leak);
}

/** Fills the local bucket. */
export function charge(key: BucketKey, cost: number, nowUs: number, leak: Leak): void {
  key.debt = Math.max(0, debtAt(key, nowUs, leak) + cost * leak.unit);
  key.debtUs = Math.max(key.debtUs, nowUs);
}

/**
 * Takes back a local charge. What has leaked since is not given back: the bucket may have been empty meanwhile; and what was
 * not charged here is Redis's. Says what of `cost` was charged here.
 */
export function undo(key: BucketKey, cost: number, sinceUs: number, nowUs: number, rate: Leak): number {
  const ageUs = sinceUs === Number.NEGATIVE_INFINITY ? 0 : Math.max(0, nowUs - sinceUs);
  const taken = Math.min(cost, key.local);
  const weight = taken * rate.unit;
  const back = weight - Math.min(weight, ageUs * rate.leak);
  key.debt = Math.max(0, debtAt(key, nowUs, rate) - back);
  key.debtUs = Math.max(key.debtUs, nowUs);
  key.local -= taken;
  return taken;
}

/** Takes in a reply; one to a call that was sent before Redis was told of local admissions does not count them. */
export function learnBucket(key: BucketKey, reply: Reply, gated: boolean, leak: Leak): void {
  const { remaining, admitted, sentUs, receivedUs, reserved = false } = reply;
  key.remaining = sentUs < key.takenUs ? Math.max(0, remaining - key.takenCost) : remaining;
  key.repliedUs = receivedUs;
  if (admitted === 0) return;
  chargeOwn(key, admitted, sentUs, leak);
  if (gated && !reserved) charge(key, admitted, receivedUs, leak);
}

/** Redis counts `cost` of this replica. */
export function chargeOwn(key: BucketKey, cost: number, nowUs: number, leak: Leak): void {
  key.ownDebt = Math.max(0, ownDebtAt(key, nowUs, leak) + cost * leak.unit);
  key.ownUs = Math.max(key.ownUs, nowUs);
}

/** Debt of the own admissions through Redis at `nowUs`. */
export function ownDebtAt({ ownDebt, ownUs }: BucketKey, nowUs: number, { leak }: Leak): number {
  return Math.max(0, ownDebt - Math.max(0, nowUs - ownUs) * leak);
}

/** What remained of `burst` at `nowUs` at least, if Redis was there and nobody else admitted anything. */
export function remainingAt(
  key: BucketKey,
  nowUs: number,
  burst: number,
  limit: number,
  windowUs: number,
): number {
  const sinceUs = nowUs - key.repliedUs;
  if (!(sinceUs > 0)) return key.remaining;
  if (sinceUs >= Math.ceil((burst * windowUs) / limit)) return burst;
  return Math.min(burst, key.remaining + floorOfRatio(sinceUs, limit, windowUs));
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
