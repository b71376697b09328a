import type { Asking } from "./batch.ts";
import { type Decision, letIn, type Quota, tightest, unavailable } from "./decision.ts";
import type { Fallback } from "./fallback/fallback.ts";
import type { Keepers } from "./fallback/keepers.ts";
import type { Ledger } from "./fallback/outage-rule.ts";
import type { LimiterPolicy } from "./limiter-options.ts";
import type { Questions } from "./questions.ts";

/** What is asked of one policy: of its fallback, if it is `local` and has one for these limits. */
export interface Part {
  /** With the limits of the request. */
  readonly policy: LimiterPolicy;
  readonly key: string;
  readonly kind: "local" | "open" | "closed";
  readonly fallback: Fallback | undefined;
}

/** The policies of one limiter, as they are decided by without Redis. Instants are whole microseconds. */
export interface Fallbacks {
  readonly partsOf: (asking: Pick<Asking, "keys" | "rows">) => readonly Part[];
  /** Without Redis at all. All are tested, then all are charged or none. */
  readonly decide: (asking: Asking, nowUs: number) => Decision;
  /** What `decide` would answer. */
  readonly peek: (asking: Asking, nowUs: number) => Decision;
  /** Undefined if Redis is to be asked, for which then a place is kept. */
  readonly reserve: (asking: Asking, nowUs: number) => Decision | undefined;
}

/** `keepersOf` has those of a policy whose fallback is `local`, by its index; `policyOf` has what a row stands for. */
export function fallbacks(
  policies: readonly LimiterPolicy[],
  keepersOf: (index: number) => Keepers | undefined,
  policyOf: Questions["policyOf"],
): Fallbacks {
  const parts = ({ keys, rows }: Pick<Asking, "keys" | "rows">): Part[] =>
    policies.map((usual, i) => {
      const { fallback: kind = "local" } = usual;
      const row = rows?.[i];
      const policy = row === undefined ? usual : policyOf(row);
      return { policy, key: keys[i] ?? "", kind, fallback: keepersOf(i)?.of(row)?.fallback };
    });

  /** The shortest waits of the local parts, 0 for the others. */
  const waitsOf = (asked: readonly Part[], cost: number, nowUs: number): number[] =>
    asked.map(({ fallback, key }) => fallback?.waitUs(key, cost, nowUs) ?? 0);

  function admit(asked: readonly Part[], cost: number, nowUs: number, ledger: Ledger): void {
    for (const { fallback, key } of asked) fallback?.admit(key, cost, nowUs, ledger);
  }

  function answer(asked: readonly Part[], cost: number, nowUs: number, charges: "charge" | "peek"): Decision {
    const barred = asked.find(({ kind, fallback }) => kind === "closed" || (kind === "local" && !fallback));
    if (barred !== undefined) return unavailable(barred.policy.name);
    const waits = waitsOf(asked, cost, nowUs);
    if (waits.some((waitUs) => waitUs > 0)) return denial(asked, waits, cost, nowUs);
    if (charges === "charge") admit(asked, cost, nowUs, "local");
    const quotas = quotasOf(asked, waits, cost, nowUs);
    const decisive = tightest(quotas);
    if (decisive === undefined) return letIn(asked[0]?.policy.name ?? "");
    return { ...decisive, outcome: "allowed", source: "local", quotas };
  }

  return {
    partsOf: parts,
    decide: (asking, nowUs) => answer(parts(asking), asking.cost, nowUs, "charge"),
    peek: (asking, nowUs) => answer(parts(asking), asking.cost, nowUs, "peek"),
    reserve(asking, nowUs) {
      const asked = parts(asking);
      const waits = waitsOf(asked, asking.cost, nowUs);
      if (waits.some((waitUs) => waitUs > 0)) return denial(asked, waits, asking.cost, nowUs);
      admit(asked, asking.cost, nowUs, "gated");
      return undefined;
    },
  };
}

/** Names the policy with the longest wait, as it is told. */
function denial(asked: readonly Part[], waits: readonly number[], cost: number, nowUs: number): Decision {
  const quotas = quotasOf(asked, waits, cost, nowUs);
  const [decisive] = quotas.toSorted((one, other) => other.retryAfterMs - one.retryAfterMs);
  if (decisive === undefined) throw new TypeError("A policy that is not local has denied.");
  return { ...decisive, outcome: "denied", source: "local", quotas };
}

/** Of the local policies; nothing is known of the others. */
function quotasOf(asked: readonly Part[], waits: readonly number[], cost: number, nowUs: number): Quota[] {
  return asked.flatMap(({ policy, key, fallback }, i) => {
    if (fallback === undefined) return [];
    const remaining = fallback.remaining(key, nowUs);
    const moreUs = remaining >= fallback.share ? 0 : fallback.waitUs(key, remaining + 1, nowUs);
    return {
      policy: policy.name,
      remaining,
      retryAfterMs: waitMs(waits[i] ?? 0, cost, policy),
      resetMs: moreUs === Number.POSITIVE_INFINITY ? 0 : Math.ceil(moreUs / 1_000),
    };
  });
}

/**
 * What this process will never admit alone may be admitted when Redis is back, so it is worth another try. Not what Redis
 * never admits either: more than `burst`, which only a bucket has, or `limit`.
 */
function waitMs(waitUs: number, cost: number, { limit, burst = limit, windowMs }: LimiterPolicy): number {
  return waitUs === Number.POSITIVE_INFINITY && cost <= burst ? windowMs : Math.ceil(waitUs / 1_000);
}
