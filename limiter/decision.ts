/** What one policy has to say about one request. */
export interface Quota {
  readonly policy: string;
  /** Cost that would still be admitted now. */
  readonly remaining: number;
  /** Shortest wait after which this request would be admitted, in milliseconds: 0 if now, `Infinity` if never. */
  readonly retryAfterMs: number;
  /** Wait after which more remains than now, in milliseconds; 0 if nothing is used. */
  readonly resetMs: number;
}

/**
 * The answer for one request. `allowed` has been charged under every policy, `denied` under none; `unavailable` means
 * that Redis did not answer in time and may not be done without: what it may have charged is given back.
 * The numbers are those of `policy`: the one that denies (of several, the longest wait), else the one with least left.
 */
export interface Decision extends Quota {
  readonly outcome: "allowed" | "denied" | "unavailable";
  /** Who decided: Redis, or this process alone. */
  readonly source: "redis" | "local";
  /** Every policy, in the order given; from `local` only those whose fallback is `local`; empty when unavailable. */
  readonly quotas: readonly Quota[];
}

/** Reads one decision of the decide script's reply, at `at`, for `names`, the policies in the order of KEYS. */
export function decisionOf(reply: readonly number[], names: readonly string[], at = 0): Decision {
  const quotas = names.map((policy, index) => quotaOf(reply, at + 3 * index + 1, policy));
  const denying = reply[at] ?? 0;
  const decisive = denying > 0 ? quotas[denying - 1] : tightest(quotas);
  if (decisive === undefined)
    throw new TypeError(`The script replied [${reply}] for ${names.length} policies.`);
  return {
    outcome: denying > 0 ? "denied" : "allowed",
    source: "redis",
    policy: decisive.policy,
    remaining: decisive.remaining,
    retryAfterMs: decisive.retryAfterMs,
    resetMs: decisive.resetMs,
    quotas,
  };
}

/** The answer when Redis gave none. It names the first policy, of which nothing is known. */
export function unavailable(policy: string): Decision {
  return {
    outcome: "unavailable",
    source: "local",
    policy,
    remaining: 0,
    retryAfterMs: 0,
    resetMs: 0,
    quotas: [],
  };
}

/** The answer when Redis gave none and the policies let in without it. Nothing is known of their quotas. */
export function letIn(policy: string): Decision {
  return { ...unavailable(policy), outcome: "allowed" };
}

/** The names of the policies that it has charged; undefined if all have been. */
export function chargedBy({ outcome, source, quotas }: Decision): readonly string[] | undefined {
  if (outcome !== "allowed") return [];
  return source === "redis" ? undefined : quotas.map(({ policy }) => policy);
}

function quotaOf(reply: readonly number[], at: number, policy: string): Quota {
  const retryUs = reply[at + 1] ?? 0;
  return {
    policy,
    remaining: reply[at] ?? 0,
    retryAfterMs: retryUs < 0 ? Number.POSITIVE_INFINITY : Math.ceil(retryUs / 1_000),
    resetMs: Math.ceil((reply[at + 2] ?? 0) / 1_000),
  };
}

/** The quota with least left; undefined if there is none. */
export function tightest(quotas: readonly Quota[]): Quota | undefined {
  let least = quotas[0];
  for (const quota of quotas) if (least === undefined || quota.remaining < least.remaining) least = quota;
  return least;
}
