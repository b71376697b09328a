import type { Asking } from "./batch.ts";
import type { Decision } from "./decision.ts";
import type { FallbackPhase } from "./fallback/fallback.ts";

/** A reply of the decide script as one who asked has it, and when it was asked for and came. */
export interface Heard {
  readonly reply: readonly number[];
  readonly at: number;
  readonly sentMs: number;
  readonly receivedMs: number;
  /** What Redis has charged for it, and is not to give back. */
  readonly admitted: number;
  /** Whether `reserve` had let it through. */
  readonly reserved: boolean;
}

/** What is to be given back, unless it is later than `untilMs`: then it no longer counts, and others would be given back. */
export interface Charged extends Pick<Asking, "cost" | "keys" | "rows"> {
  readonly untilMs: number;
}

/**
 * What becomes of a refund: it is `done`; Redis must be asked (`ask`); or it must be asked when it has been told of what
 * this process admitted without it (`later`), because until then it may know nothing of the charge.
 */
export type RefundWay = "done" | "ask" | "later";

/** Decides what Redis cannot, and learns from what it can. All times are `performance.now()`. */
export interface WithoutRedis {
  /** `lost`: Redis is not asked. `gate`: `reserve` is asked before Redis. */
  readonly phase: FallbackPhase;
  /** The answer for a decision that Redis does not give. */
  readonly decide: (asking: Asking, nowMs: number) => Decision;
  /** What `decide` would answer; changes nothing. */
  readonly peek: (asking: Asking, nowMs: number) => Decision;
  /** What would be answered without asking Redis, in phase `lost` or by `reserve`; undefined if Redis would be asked. */
  readonly foresee: (asking: Asking, nowMs: number) => Decision | undefined;
  /** In phase `gate`: the denial, or undefined if Redis is to be asked, for which then a place is kept. */
  readonly reserve: (asking: Asking, nowMs: number) => Decision | undefined;
  /** Redis has denied, or not answered, for what a place was kept. */
  readonly release: (asking: Asking) => void;
  /**
   * In phase `lost`: gives back what was charged in this phase, at `chargedSinceMs` or later, under the policies that
   * charge without Redis. Else says whether Redis can do so already.
   */
  readonly refund: (asking: Asking, nowMs: number) => RefundWay;
  /** Redis has answered. */
  readonly learn: (asking: Asking, heard: Heard) => void;
  /** Redis has given back, as `reply` says. */
  readonly refunded: (asking: Asking, reply: readonly number[], at: number) => void;
  /**
   * Redis has forgotten the keys, as it was asked at `sentMs`: it is not told of them any more. Whether that is enough;
   * if not, it may have been told since.
   */
  readonly reset: (asking: Asking, sentMs: number) => boolean;
  /**
   * Redis has charged `asking` all the same, after its caller was told `told` at `toldMs`: what of it is to be given
   * back. Called at most once for each, when it is known.
   */
  readonly givesBack: (asking: Asking, told: Decision, toldMs: number, nowMs: number) => Charged | undefined;
  /** Redis has not done what it was asked at `sentMs`, or cannot be asked. */
  readonly lost: (nowMs: number, sentMs: number) => void;
  /** Redis can be asked; `settled` resolves when what became of cut calls has been asked for. */
  readonly recovered: (nowMs: number, settled: Promise<void>) => void;
  /** Redis has lost its data. */
  readonly stateLost: (nowMs: number) => void;
  readonly close: () => void;
}
