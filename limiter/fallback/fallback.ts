import type { Policy } from "../policy.ts";
import { bucketRule } from "./bucket-rule.ts";
import { fixedWindowRule } from "./fixed-window-rule.ts";
import { LocalFallback } from "./local-fallback.ts";
import type { Ledger, Reply } from "./outage-rule.ts";
import type { RepairBatch } from "./recovery.ts";
import { type Shares, shareOf } from "./shares.ts";
import { EQUAL_GROWTH, OBSERVED_GROWTH, windowRule } from "./window-rule.ts";

/** The algorithms that have an outage rule. */
export type FallbackAlgorithm = "sliding-log" | "sliding-counter" | "gcra" | "fixed-window";

export interface FallbackOptions extends Shares {
  readonly policy: Policy;
  readonly algorithm: FallbackAlgorithm;
  /**
   * What a replica may admit of a key alone. `equal`: never more than its share of the limit. `observed` (the two
   * sliding algorithms): for one window of an outage also again what it had been admitting itself, then its share;
   * for traffic that stays with one replica. Without Redis for all, both keep the limit; when only some are cut off,
   * `equal` adds their shares to the limit, `observed` up to a limit for each of them. @default "equal"
   */
  readonly share?: "equal" | "observed";
  /** Keys with a place of their own; all others share one bucket. @default 100_000 */
  readonly maxKeys?: number;
}

/** What this replica decides alone. */
export interface LocalDecision {
  readonly allowed: boolean;
  /** What it would still admit. */
  readonly remaining: number;
  /** 0 if allowed, else microseconds until it would be, if nothing else happens; Infinity if never. */
  readonly waitUs: number;
}

/**
 * `redis`: Redis decides. `lost`: this replica decides. `gate`: Redis is back, but other replicas may not have told it
 * what they admitted: both must agree.
 */
export type FallbackPhase = "redis" | "lost" | "gate";

/**
 * One policy's fallback in one replica. Pure: all instants are the caller's, microseconds of one monotonic clock,
 * and never go back. In this order:
 * 1. `learn` from every reply of Redis that comes, late ones too.
 * 2. `lost` when Redis has not answered a decision: that one, and all until 3, are made with `decide`.
 * 3. `recovered` at the first good probe. Send every batch of `repairs`, `putBack` those that fail. Until `forget`,
 *    ask `gate` before Redis; if Redis then denies or does not answer, `release` it as "gated".
 * 4. `forget` when the gate has lasted long enough and every batch is in Redis. `lost` may come again at any time.
 * When Redis has lost its data: `lost` and `recovered` if it was not noticed otherwise, and `everything` before `repairs`.
 * Several policies of one request: `waitUs` of all, then `admit` of all or of none.
 */
export interface Fallback {
  readonly phase: FallbackPhase;
  /** This replica's share of the limit (of the burst, for gcra). */
  readonly share: number;
  /** Keys that have a place. */
  readonly keys: number;
  readonly learn: (key: string, reply: Reply) => void;
  /** Also for every probe that fails: `sentUs` is when Redis was asked in vain. */
  readonly lost: (nowUs: number, sentUs?: number) => void;
  /** 0 if `cost` may be admitted now, else how long it may not. Not in phase `redis`. */
  readonly waitUs: (key: string, cost: number, nowUs: number) => number;
  readonly remaining: (key: string, nowUs: number) => number;
  /** Charges what `waitUs` has admitted at the same instant: "local" without Redis, "gated" before asking it. */
  readonly admit: (key: string, cost: number, nowUs: number, ledger: Ledger) => void;
  /** Takes back what was charged last: what Redis did not admit after `gate`. */
  readonly release: (key: string, cost: number, ledger: Ledger) => void;
  /**
   * A refund of what was charged as "local" at `sinceUs` (-Infinity: it still counts) or later: from now on nothing is admitted that would not have
   * been, had it never been made. Says how much it took: of `cost`, what is in the books.
   */
  readonly undo: (key: string, cost: number, sinceUs: number, nowUs: number) => number;
  /** `waitUs`, and `admit` as "local" if it is 0. */
  readonly decide: (key: string, cost: number, nowUs: number) => LocalDecision;
  /** `waitUs`, and `admit` as "gated" if it is 0. Its reply is then learnt with `reserved: true`. */
  readonly gate: (key: string, cost: number, nowUs: number) => LocalDecision;
  /** Redis has given back what it had charged to this replica. */
  readonly refunded: (key: string, cost: number) => void;
  /** Redis has forgotten the key: it is told nothing of what was admitted until now, which the rule still counts. */
  readonly reset: (key: string, nowUs: number) => void;
  readonly recovered: (nowUs: number) => void;
  /** What Redis must add, as of `nowUs`, in batches of at most `atMostKeys`; each is taken when it is asked for. */
  readonly repairs: (nowUs: number, atMostKeys: number) => Iterable<RepairBatch>;
  /** Redis did not take the batch: it will be among the next `repairs`. */
  readonly putBack: (batch: RepairBatch) => void;
  readonly forget: (nowUs: number) => void;
  /**
   * Redis has lost its data: all that this replica had admitted until now, to be added as `repairs` are, which are then
   * only about what comes later. Ends early if Redis loses its data again. Of keys without a place only `repairs` tell.
   */
  readonly everything: (nowUs: number, atMostKeys: number) => Iterable<RepairBatch>;
}

/** The `local` fallback of one policy: bounds and proofs are in the files of the rules. */
export function createFallback(options: FallbackOptions): Fallback {
  const { policy, algorithm, share = "equal", maxKeys = 100_000 } = options;
  const { limit, windowMs, burst = limit } = policy;
  const windowUs = windowMs * 1_000;
  const own = { limit, windowUs, share: shareOf(limit, options) };
  const growth = share === "equal" ? EQUAL_GROWTH : OBSERVED_GROWTH;
  switch (algorithm) {
    case "sliding-log":
      return new LocalFallback(windowRule({ ...own, growth, weighsUs: windowUs }), maxKeys);
    case "sliding-counter":
      return new LocalFallback(windowRule({ ...own, growth, weighsUs: 2 * windowUs }), maxKeys);
    case "gcra":
      return new LocalFallback(bucketRule({ ...own, burst, burstShare: shareOf(burst, options) }), maxKeys);
    case "fixed-window":
      return new LocalFallback(fixedWindowRule(own), maxKeys);
  }
}
