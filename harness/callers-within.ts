import type { Policy } from "../limiter/policy.ts";
import { Refusal } from "./refusal.ts";

/** What callers ask. */
export interface CallersWithinOptions {
  /** Of them all, per second. */
  readonly ratePerSecond: number;
  /** Of that rate, what is theirs, 0 to 1. @default 1 */
  readonly share?: number;
  readonly policy: Policy;
  /** What each of them asks, in what its limit allows. */
  readonly limitsEach: number;
  readonly most: number;
  /** With fewer than so many, nothing is proved. */
  readonly fewest: number;
}

/**
 * As many callers as ask no more than their share of the rate together. Where not even the fewest fit, a `Refusal` says
 * which rate would do, or which limit.
 */
export function callersWithin({
  ratePerSecond,
  share = 1,
  policy: { limit, windowMs },
  limitsEach,
  most,
  fewest,
}: CallersWithinOptions): number {
  const limitPerSecond = (1_000 * limit) / windowMs;
  const fit = Math.floor((share * ratePerSecond) / (limitsEach * limitPerSecond) + 1e-9);
  if (fit >= fewest) return Math.min(most, fit);
  const ratePerLimit = (fewest * limitsEach) / share;
  const rate = Math.ceil(ratePerLimit * limitPerSecond - 1e-6);
  const highest = Math.floor((ratePerSecond * windowMs) / 1_000 / ratePerLimit + 1e-9);
  const lower = highest < 1 ? "" : `, or with --command or --url --limit ${highest} or less`;
  throw new Refusal(
    `At --rate ${ratePerSecond} this scenario proves nothing of a limit of ${limit} in ${windowMs / 1_000} s: give --rate ${rate} or more${lower}.`,
  );
}
