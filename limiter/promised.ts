import type { Policy } from "./policy.ts";

/**
 * An arrival curve as plain data. It bounds the cost admitted in every *closed* span of `x` milliseconds:
 *
 * | kind | bound for x >= 0 |
 * |---|---|
 * | `window` (sliding log) | limit * (floor(x / windowMs) + 1) |
 * | `rate` (gcra, token bucket) | floor(burst + x * limit / windowMs) |
 * | `two-counters` | floor(limit + x * limit / windowMs), one more if `floorsPrevious`; wherever windows begin |
 * | `fixed` | limit * (ceil(x / windowMs) + 1) for x > 0, and one common phase for all windows |
 * | `sum` | the curves of independent limiters add up |
 * | `unlimited` | none: everything may be admitted, or (as a lower promise) nothing is ever denied |
 * | `none` | nothing is promised, so nothing can be broken |
 */
export type Promised =
  | {
      readonly kind: "window";
      readonly limit: number;
      readonly windowMs: number;
      /**
       * A request may be stamped before it is decided, at any time since it was sent: by its gateway's clock, say.
       * @default false: it is stamped where and when it is decided
       */
      readonly stampedBefore?: boolean;
    }
  | {
      readonly kind: "rate";
      readonly burst: number;
      readonly limit: number;
      readonly windowMs: number;
      /** As of a `window`. @default false */
      readonly stampedBefore?: boolean;
    }
  | {
      readonly kind: "two-counters";
      readonly limit: number;
      readonly windowMs: number;
      /** The weighted previous count is rounded down before it is compared. @default false */
      readonly floorsPrevious?: boolean;
      /** Where windows begin: at multiples of `windowMs` of Redis's clock, or nobody knows where. @default "epoch" */
      readonly phase?: "epoch" | "unknown";
      /** As of a `window`. @default false */
      readonly stampedBefore?: boolean;
    }
  | {
      readonly kind: "fixed";
      readonly limit: number;
      readonly windowMs: number;
      /** Where windows begin: at multiples of `windowMs` of Redis's clock, at the first hit, or unknown. */
      readonly phase: "epoch" | "first-hit" | "unknown";
    }
  | { readonly kind: "sum"; readonly parts: readonly Promised[] }
  | { readonly kind: "unlimited" }
  | { readonly kind: "none" };

/** What a limiter guarantees for one policy; plain data that a judge can read. */
export interface Promises {
  /** Never exceeded. */
  readonly upper: Promised;
  /** Never denied below it. */
  readonly lower: Promised;
  /** Granularity of the clock that the limiter decides by, in milliseconds (0 when exact to the microsecond). */
  readonly clockResolutionMs: number;
  /** Longest time that a key may live after its last admitted request, in milliseconds. @default not declared */
  readonly stateHorizonMs?: number;
  /** A denied request consumes as an admitted one does (some limiters do this on purpose). */
  readonly deniedConsumes: boolean;
  /** Each replica keeps all this alone, for what it meets itself. @default false: all replicas keep it together */
  readonly isPerReplica?: boolean;
  /**
   * When Redis's clock is set back nothing is forgiven, and what was let in before counts for no longer than this after
   * the next request of its subject, in milliseconds. Then all is as if the clock had stood still meanwhile.
   * @default a step back may grant a fresh limit, and turn everybody away until the clock is back where it was
   */
  readonly outlastsStepBackMs?: number;
  /**
   * A cost that is given back at once is taken to have been charged so much earlier than it was, at most, in milliseconds: an
   * older charge may be taken back instead of it, or of a bucket less than what leaks in that time. @default 0
   */
  readonly refundsAgedMs?: number;
  /**
   * The most that deciding adds to an answer at a judged percentile, in milliseconds; null where nobody has said, so that it
   * is told and not judged. @default as much as the checker allows
   */
  readonly addsAtMostMs?: number | null;
  /** What it declares to do while it cannot reach Redis. @default nothing is declared, so nothing can be broken */
  readonly withoutRedis?: WithoutRedisPromise;
}

/**
 * What a limiter declares to do without its Redis.
 *
 * | kind | it promises |
 * |---|---|
 * | `open` | every request is let in, and says so (`source: local`) |
 * | `closed` | every request is refused with 503 and its reason |
 * | `local` | each replica decides within its share of the limit, warm: the bound of the outage rule |
 */
export type WithoutRedisPromise = WithoutRedisKind & {
  /** A decision takes no longer than this, in milliseconds, whatever Redis does. */
  readonly deadlineMs: number;
  /** Longest pause between two looks whether Redis is back, jitter included, in milliseconds. */
  readonly probeIntervalMs: number;
  /** Nobody has said how soon it looks for Redis: a later return breaks no word, and is told. @default false */
  readonly isReturnUndeclared?: boolean;
  /**
   * What a call to Redis asked for that was not answered in time is done, if at all, no later than this after the
   * decision was given without it, in milliseconds. @default at any time
   */
  readonly cutChargesWithinMs?: number;
};

type WithoutRedisKind =
  | { readonly kind: "open" | "closed" }
  | {
      readonly kind: "local";
      readonly share: "equal" | "observed";
      /**
       * When Redis has lost its data, the replicas write back what they admitted in the last window; of keys for which
       * they had no room (more than they are told to remember), only what they admitted without Redis.
       */
      readonly writesBack: boolean;
      /**
       * Back on Redis, and with nothing else to wait for, a replica has told it so soon of all that it let in alone, in
       * milliseconds. For a look for Redis and a deadline longer it lets in only what both Redis and its share allow.
       * @default a look for Redis and a deadline
       */
      readonly mergesWithinMs?: number;
      /**
       * Back on Redis, a replica ceases after so long to hold back to its share, in milliseconds; until then it may deny
       * on its own what Redis would let in. @default at any time
       */
      readonly holdsBackMs?: number;
    };

/** Says what one limiter promises for `policy`. */
export type PromisesOf = (policy: Policy) => Promises;
