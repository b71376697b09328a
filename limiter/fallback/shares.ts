/** Which part of every limit a replica may admit on its own. */
export interface Shares {
  /** This replica's number: 0 to `replicaCount` - 1, each used once. */
  readonly replicaIndex: number;
  readonly replicaCount: number;
  /**
   * The least share. With 1, a limit below `replicaCount` lets every replica admit one, so that all of them together
   * admit max(limit, replicaCount); with 0 some replicas admit nothing, and the limit is kept. @default 1
   */
  readonly minimumShare?: 0 | 1;
}

/**
 * This replica's share of `total`: floor(total / N), and one more for the first `total` mod N replicas.
 * The shares of all replicas add up to exactly `total` (max(total, N) if `minimumShare` is 1).
 */
export function shareOf(total: number, { replicaIndex, replicaCount, minimumShare = 1 }: Shares): number {
  const share = Math.floor(total / replicaCount) + (replicaIndex < total % replicaCount ? 1 : 0);
  return Math.max(minimumShare, share);
}

/** floor(a * b / c), exact for all whole numbers up to 2^53. */
export function floorOfRatio(a: number, b: number, c: number): number {
  const product = a * b;
  if (product < Number.MAX_SAFE_INTEGER) return Math.floor(product / c);
  return Number((BigInt(a) * BigInt(b)) / BigInt(c));
}
