import type { AgedCost } from "./cost-cells.ts";

/** What a reply of Redis says of one key under one policy. All instants are this replica's own monotonic clock. */
export interface Reply {
  /** Cost that may still be spent, after this decision: a whole number. */
  readonly remaining: number;
  /** Cost that Redis charged for this decision: 0 if it denied, negative if it gave something back. */
  readonly admitted: number;
  /** Microseconds from Redis's decision to the end of the window (fixed-window only); 0 if not known. */
  readonly resetUs?: number;
  /** Redis decided somewhere in [sentUs, receivedUs]. */
  readonly sentUs: number;
  readonly receivedUs: number;
  /** Whether `gate` had let this decision through, and so has counted it already. @default false */
  readonly reserved?: boolean;
}

/** Who says how long ago a charge was made has read the clock a little before it is heard. */
export const HEARD_LATE_US = 1_000;

/** The time without Redis, as one replica sees it. */
export interface Outage {
  /** The first decision that Redis did not answer. */
  readonly startedUs: number;
  /** When the last call that Redis did answer was sent: Redis was there at that instant or later. */
  readonly answeredUs: number;
}

/** Which book a cost that the outage rule admits is written into. */
export type Ledger =
  /** Admitted by this replica alone; Redis must be told. */
  | "local"
  /** Redis is asked as well, and charges it itself. */
  | "gated";

/**
 * What one replica may admit of a key while Redis is away, from what it knows of the key. Adding an algorithm's rule
 * is adding one file. A rule is pure: the state of a key is plain data that belongs to the rule, times are arguments.
 */
export interface OutageRule<State> {
  /** For how long after a reply or an admission the state of a key differs from that of an unknown one. */
  readonly horizonUs: number;
  /** How long after its start an outage has no more to do with what was known before. */
  readonly settledUs: number;
  /** The most that this replica ever admits alone, at one instant. */
  readonly share: number;
  /** A key of which nothing is known. */
  readonly fresh: () => State;
  /** Redis answered. `gated`: until `forget`, the outage rule holds as well. */
  readonly learn: (state: State, reply: Reply, gated: boolean) => void;
  /** The outage begins for this key: what is known is taken as it is; again if Redis is lost before `forget`. */
  readonly lose: (state: State, outage: Outage) => void;
  /** 0 if the rule admits `cost` now, else microseconds until it does, if nothing else happens; Infinity for never. */
  readonly waitUs: (state: State, cost: number, nowUs: number, outage: Outage) => number;
  /** What the rule would still admit now. */
  readonly remaining: (state: State, nowUs: number, outage: Outage) => number;
  /** Charges what `waitUs` has just admitted. */
  readonly admit: (state: State, cost: number, nowUs: number, ledger: Ledger) => void;
  /** Takes back what was charged last in `ledger`. */
  readonly release: (state: State, cost: number, ledger: Ledger) => void;
  /**
   * Takes back `cost` that was charged as "local" at `sinceUs` (-Infinity: it still counts) or later. Whichever charge of that time it was: from now
   * on nothing is admitted that would not have been, had it never been made. Says how much it took: of `cost`, what is in
   * the books.
   */
  readonly undo: (state: State, cost: number, sinceUs: number, nowUs: number) => number;
  /** Redis has given back `cost` that it had charged to this replica. `gated` as for `learn`. */
  readonly refund: (state: State, cost: number, gated: boolean) => void;
  /**
   * What Redis must add to the key. It counts as Redis's from now on, and still for the rule.
   * Redis was not there at `silentUs` or later, until not after `nowUs`.
   */
  readonly take: (state: State, nowUs: number, silentUs: number) => AgedCost[];
  /** Redis was not told after all. */
  readonly putBack: (state: State, entries: readonly AgedCost[], takenUs: number) => void;
  /** The gate has ended: the rule no longer holds, and by `nowUs` all that it had admitted is in Redis. */
  readonly forget: (state: State, nowUs: number) => void;
  /** All that this replica has had admitted lately, to be written into a Redis that has lost its data. */
  readonly everything: (state: State, nowUs: number) => AgedCost[];
}
