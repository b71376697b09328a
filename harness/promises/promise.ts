import type { Promised } from "../../limiter/promised.ts";
import type { Claim } from "../history/evidence.ts";
import type { Ledger } from "./ledger.ts";
import type { SpanRecord } from "./span-record.ts";

/**
 * What every kind of promise answers. One file a kind; `promise-of.ts` finds it.
 *
 * Both tests are sound: what they prove holds for every order of events inside the recorded intervals.
 */
export interface PromiseKind {
  /** Most cost in any closed span of `spanMs` >= 0, slack included by the caller; Infinity without a limit. */
  readonly curve: (spanMs: number) => number;
  /** Cost that a rested key may spend at once: what shares are shares of. Infinity without a limit. */
  readonly capacity: number;
  /** The lowest straight line, `burst` + x * `ratePerMs`, on or above the curve. */
  readonly line: { readonly burst: number; readonly ratePerMs: number };
  /** What `count` independent ones of it promise together, as one promise. */
  readonly several: (count: number) => Promised;
  /** How long what was consumed can matter, in milliseconds. */
  readonly memoryMs: number;
  /** After so long each charge leaves the books by itself, in milliseconds; 0 where it leaks away, or leaves with its window. */
  readonly slidesMs: number;
  /**
   * The most that may still be charged of a `cost` that was charged and given back between `sentMs` and `untilMs`: who gives
   * back may keep what has leaked meanwhile, or what may be of a window that is over.
   */
  readonly leavesBehind: (cost: number, sentMs: number, untilMs: number, terms: Terms) => number;
  /**
   * Offers `spans` the spans in which `admitted` comes nearest to the curve, and with them any that exceeds it,
   * whatever its length. O(n log n).
   */
  readonly judgeSpans: (admitted: Ledger, terms: Terms, spans: SpanRecord) => void;
  /**
   * Writes to `out[k]`, k < `count`, the most by which `consumed` may have exceeded the limit as a decision at
   * `atMs[k]` saw it (negative: so much was certainly free). `atMs` ascends. Between two instants of `atMs`
   * and the ledger's `sentMs` it never rises. -Infinity: nothing may be denied; Infinity: everything may. O(n log n).
   */
  readonly possibleExcess: (
    consumed: Ledger,
    terms: Terms,
    atMs: Float64Array,
    count: number,
    out: Float64Array,
  ) => void;
  /**
   * Only where a request may be stamped before it is decided, so that no single instant tells what counted for it: the
   * most by which `consumed` may have exceeded the limit for one that came and was decided within [sentMs, untilMs].
   */
  readonly possibleWithin?: (consumed: Ledger, terms: Terms) => PossibleWithin;
}

/** `excess` is what `possibleExcess` says of `sentMs`. */
export type PossibleWithin = (sentMs: number, untilMs: number, excess: number) => number;

/** What is known of the clock that the limiter decided by. */
export interface Terms {
  /** How much longer than the monotonic clock says a span of one window may have been for the limiter: rho. */
  readonly slackMs: number;
  /** The same for a span of any length: a clock that drifts steadily goes on drifting after one window. */
  readonly longSlackMs: number;
  /** The limiter's clock minus the monotonic one lies in here throughout; `null` if it is not known. */
  readonly epochOffsetMs: Claim["epochOffsetMs"];
}

/**
 * Added to every slack, so that no limiter is convicted by rounding: limiters stamp with whole microseconds (1,000 ns),
 * and a float64 of milliseconds holds an instant of ten years of uptime to 60 ns, a difference of two to 100 ns.
 */
const roundingSlackMs = 0.0011;

/** The terms on which `claim` is judged. */
export function termsOf({ slackMs, epochOffsetMs }: Claim): Terms {
  const rounded = slackMs + roundingSlackMs;
  const wanderMs = epochOffsetMs === null ? 0 : epochOffsetMs.atMost - epochOffsetMs.atLeast;
  return { slackMs: rounded, longSlackMs: rounded + wanderMs, epochOffsetMs };
}

/** How much longer a span of `spanMs` may have been for the limiter, whose windows last `windowMs`. */
export function slackOf(terms: Terms, windowMs: number, spanMs: number): number {
  return spanMs > windowMs ? terms.longSlackMs : terms.slackMs;
}
