import type { PhaseSpan } from "../history/history.ts";
import { outcomeCode, type Requests } from "../history/requests.ts";
import type { LoadNumbers } from "../verdict/result.ts";
import { phaseMask } from "./outcome-counts.ts";
import { percentiles } from "./percentile.ts";

/** How the requests of some phases were sent: what `loadNumbers` looks at. */
export interface Scheduled {
  readonly requests: Requests;
  readonly phases: readonly PhaseSpan[];
}

/**
 * How well the phases with these indices kept their schedule; control requests are part of it. The rate is that of
 * the phases' whole length; every number is 0 where nothing was scheduled.
 */
export function loadNumbers({ requests, phases }: Scheduled, indices: readonly number[]): LoadNumbers {
  const wanted = phaseMask(indices);
  const lags = new Float64Array(requests.count);
  let offered = 0;
  let sent = 0;
  let dropped = 0;
  for (let row = 0; row < requests.count; row++) {
    const outcome = requests.outcome[row] ?? 0;
    if (wanted[requests.phase[row] ?? 0] !== 1 || outcome === outcomeCode.blank) continue;
    offered++;
    const lagMs = (requests.sentMs[row] ?? Number.NaN) - (requests.intendedMs[row] ?? Number.NaN);
    if (outcome === outcomeCode.dropped) dropped++;
    else if (!Number.isNaN(lagMs)) lags[sent++] = lagMs;
  }
  const lengthMs = indices.reduce((sum, index) => sum + lengthOf(phases[index]), 0);
  const [p50 = 0, p99 = 0, max = 0] = sent === 0 ? [] : percentiles(lags, sent, [0.5, 0.99, 1]);
  return {
    offered,
    sent,
    dropped,
    achievedRatePerSecond: lengthMs > 0 ? (1_000 * sent) / lengthMs : 0,
    sendLagMs: { p50, p99, max },
  };
}

function lengthOf(phase: PhaseSpan | undefined): number {
  return phase === undefined ? 0 : phase.untilMs - phase.fromMs;
}

/** A slice of one phase: what was to be sent in it, and what was. */
export interface Slot {
  readonly phase: string;
  /** Milliseconds after the start of the phase. */
  readonly atMs: number;
  readonly intended: number;
  readonly sent: number;
  /** |sent - intended| over what the busiest of this slot and its two neighbours intended. */
  readonly offShare: number;
  /** |sent - intended| over what is tolerated; the slot is off schedule where it is above 1. */
  readonly strain: number;
}

/** The slots of some phases, and the one that strays furthest from its schedule. */
export interface SlotQuality {
  readonly slots: number;
  readonly offSlots: number;
  readonly worst: Slot | null;
}

/** What makes a slot good. */
export interface SlotOptions {
  /** Length of a slot in milliseconds. @default 100 */
  readonly slotMs?: number;
  /**
   * How far off a slot may be, as a share of what the busiest of it and its neighbours intended: a burst that ends
   * with a slot spills a little into the next, empty one. Two requests are always tolerated. @default 0.1
   */
  readonly slotTolerance?: number;
}

const toleratedRequests = 2;

/** Compares, slot by slot, what was to be sent with what was; a dropped request was never sent. */
export function slotQuality(
  { requests, phases }: Scheduled,
  indices: readonly number[],
  { slotMs = 100, slotTolerance = 0.1 }: SlotOptions = {},
): SlotQuality {
  let slots = 0;
  let offSlots = 0;
  let worst: Slot | null = null;
  for (const [index, { intended, sent }] of countSlots(requests, phases, indices, slotMs)) {
    const name = phases[index]?.name ?? "";
    for (let at = 0; at < intended.length; at++) {
      const due = intended[at] ?? 0;
      const done = sent[at] ?? 0;
      const busiest = Math.max(intended[at - 1] ?? 0, due, intended[at + 1] ?? 0);
      if (due + done === 0) continue;
      const off = Math.abs(done - due);
      const strain = off / Math.max(toleratedRequests, slotTolerance * busiest);
      slots++;
      if (strain > 1) offSlots++;
      if (worst !== null && strain <= worst.strain) continue;
      const offShare = off / Math.max(1, busiest);
      worst = { phase: name, atMs: at * slotMs, intended: due, sent: done, offShare, strain };
    }
  }
  return { slots, offSlots, worst };
}

interface SlotCounts {
  readonly intended: Float64Array;
  readonly sent: Float64Array;
}

/** Counts per phase; what is sent after everything intended counts into the last slot but one, which intends nothing. */
function countSlots(
  requests: Requests,
  phases: readonly PhaseSpan[],
  indices: readonly number[],
  slotMs: number,
): Map<number, SlotCounts> {
  const lastMs = new Float64Array(256).fill(Number.NEGATIVE_INFINITY);
  const wanted = phaseMask(indices);
  const isScheduled = (row: number): boolean =>
    wanted[requests.phase[row] ?? 0] === 1 && requests.outcome[row] !== outcomeCode.blank;
  for (let row = 0; row < requests.count; row++) {
    const phase = requests.phase[row] ?? 0;
    if (isScheduled(row)) lastMs[phase] = Math.max(lastMs[phase] ?? 0, requests.intendedMs[row] ?? 0);
  }
  const counts = new Map<number, SlotCounts>();
  for (const index of indices) {
    const lengthMs = (lastMs[index] ?? 0) - (phases[index]?.fromMs ?? 0);
    const slots = lengthMs < 0 ? 0 : Math.floor(lengthMs / slotMs) + 3;
    counts.set(index, { intended: new Float64Array(slots), sent: new Float64Array(slots) });
  }
  for (let row = 0; row < requests.count; row++) {
    if (!isScheduled(row)) continue;
    const index = requests.phase[row] ?? 0;
    const fromMs = phases[index]?.fromMs ?? 0;
    const { intended, sent } = counts.get(index) ?? { intended: lastMs, sent: lastMs };
    count(intended, ((requests.intendedMs[row] ?? 0) - fromMs) / slotMs);
    const sentMs = requests.sentMs[row] ?? Number.NaN;
    if (!Number.isNaN(sentMs)) count(sent, (sentMs - fromMs) / slotMs);
  }
  return counts;
}

function count(counts: Float64Array, position: number): void {
  const at = Math.min(counts.length - 2, Math.max(0, Math.floor(position)));
  counts[at] = (counts[at] ?? 0) + 1;
}
