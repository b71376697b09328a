import type { Policy } from "../policy.ts";

/** Capacity of the bucket. */
export function burstOf({ burst, limit }: Policy): number {
  return burst ?? limit;
}

/** limit / windowUs in lowest terms: what leaks in a microsecond, and what one cost weighs. */
export function rateOf({ limit, windowMs }: Policy): { readonly leak: number; readonly unit: number } {
  const windowUs = windowMs * 1_000;
  const divisor = greatestCommonDivisor(limit, windowUs);
  return { leak: limit / divisor, unit: windowUs / divisor };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
