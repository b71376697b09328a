import type { Asking } from "./batch.ts";
import type { Charged } from "./without-redis.ts";

/** Costs that Redis is to give back: charged to somebody who was refused, or asked back while it was away. */
export interface GiveBacks {
  /** Gives back what was `charged`, no earlier than `sinceMs` by `performance.now()`. */
  readonly owe: (charged: Charged, sinceMs: number) => void;
  /** Like `owe`, but not before `retry`: Redis may not have been told yet that it was charged. */
  readonly oweLater: (charged: Charged, sinceMs: number) => void;
  /** Redis can be asked again, and knows all that was charged: whatever could not be given back is now. */
  readonly retry: () => void;
  /** Redis has lost what was charged. */
  readonly forget: () => void;
}

/** Beyond this, what is owed stays charged: the limit errs on the strict side, and memory is bounded. */
const OWED_AT_MOST = 10_000;

/** Gives back through `add`, each cost once. */
export function giveBacks(add: (asking: Asking) => void): GiveBacks {
  const owed = new Map<Asking, number>();
  const giveBack = (refund: Asking) => {
    owed.delete(refund);
    add(refund);
  };
  const keep = (refund: Asking, untilMs: number) => {
    if (owed.size < OWED_AT_MOST) owed.set(refund, untilMs);
  };
  function refundOf({ keys, rows, cost, untilMs }: Charged, chargedSinceMs: number): Asking {
    const refund: Asking = {
      mode: "refund",
      keys,
      rows,
      cost,
      chargedSinceMs,
      answered() {},
      failed() {},
      turnedOut(isDone) {
        if (!isDone) keep(refund, untilMs);
      },
    };
    return refund;
  }
  return {
    owe: (charged, sinceMs) => giveBack(refundOf(charged, sinceMs)),
    oweLater: (charged, sinceMs) => keep(refundOf(charged, sinceMs), charged.untilMs),
    retry() {
      for (const [refund, untilMs] of [...owed]) {
        if (performance.now() < untilMs) giveBack(refund);
        else owed.delete(refund);
      }
    },
    forget: () => owed.clear(),
  };
}
