import type { History } from "../../harness/history/history.ts";
import { outcomeCode } from "../../harness/history/requests.ts";
import { type Slots, slotOfRow, slotsOf } from "./slots.ts";

/** What became of the requests of each slot, counted where the schedule wanted them. */
export interface TimeLine {
  readonly slots: Slots;
  readonly offered: Uint32Array;
  readonly allowed: Uint32Array;
  readonly denied: Uint32Array;
  /** Refused because the limiter could not decide. */
  readonly unavailable: Uint32Array;
  /** Answered with neither a decision nor a refusal. */
  readonly errors: Uint32Array;
  readonly lost: Uint32Array;
  /** Never sent. */
  readonly dropped: Uint32Array;
}

/** Counts the outcomes slot by slot; in each slot they add up to `offered`. Controls are no part of it. */
export function timeLine(history: History, slots: Slots = slotsOf(history)): TimeLine {
  const column = () => new Uint32Array(slots.count);
  const counts = {
    allowed: column(),
    denied: column(),
    unavailable: column(),
    errors: column(),
    lost: column(),
    dropped: column(),
  };
  const countOf: Readonly<Record<number, Uint32Array>> = {
    [outcomeCode.allowed]: counts.allowed,
    [outcomeCode.denied]: counts.denied,
    [outcomeCode.unavailable]: counts.unavailable,
    [outcomeCode.error]: counts.errors,
    [outcomeCode.refused]: counts.errors,
    [outcomeCode.lost]: counts.lost,
    [outcomeCode.dropped]: counts.dropped,
  };
  const offered = column();
  const slotOf = slotOfRow(slots, history);
  for (let row = 0; row < slotOf.length; row++) {
    const slot = slotOf[row] ?? -1;
    const outcome = countOf[history.requests.outcome[row] ?? 0];
    if (slot < 0 || outcome === undefined) continue;
    outcome[slot] = (outcome[slot] ?? 0) + 1;
    offered[slot] = (offered[slot] ?? 0) + 1;
  }
  return { slots, offered, ...counts };
}
