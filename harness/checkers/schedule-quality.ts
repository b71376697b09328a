import type { History } from "../history/history.ts";
import { outcomeCode } from "../history/requests.ts";
import type { LoadNumbers } from "../verdict/result.ts";
import { percentilesOf } from "./percentile.ts";

/** How well the requests of `phases` (indices) were sent as the schedule wanted them. */
export function loadNumbers({ requests, phases: spans }: History, phases: readonly number[]): LoadNumbers {
  const asked = new Uint8Array(256);
  for (const phase of phases) asked[phase] = 1;
  const lags = new Float64Array(requests.count);
  let offered = 0;
  let sent = 0;
  let dropped = 0;
  for (let row = 0; row < requests.count; row++) {
    if (asked[requests.phase[row] ?? 0] !== 1) continue;
    offered++;
    if (requests.outcome[row] === outcomeCode.dropped) dropped++;
    else lags[sent++] = (requests.sentMs[row] ?? 0) - (requests.intendedMs[row] ?? 0);
  }
  const lengthMs = phases.reduce((sum, p) => sum + (spans[p]?.untilMs ?? 0) - (spans[p]?.fromMs ?? 0), 0);
  const [p50 = 0, p99 = 0, max = 0] = sent === 0 ? [] : percentilesOf(lags.subarray(0, sent), [50, 99, 100]);
  return {
    offered,
    sent,
    dropped,
    achievedRatePerSecond: lengthMs > 0 ? (1_000 * sent) / lengthMs : 0,
    sendLagMs: { p50, p99, max },
  };
}

/** A slot of a phase: what the schedule wanted in it, and what was sent in it. */
export interface Slot {
  /** Milliseconds after the start of the phase. */
  readonly atMs: number;
  readonly intended: number;
  readonly sent: number;
  /** |sent - intended|, as a share of the busiest of this slot and its neighbours. */
  readonly offShare: number;
}

/** So few requests more or less are no deviation: a send that is late by a hair may cross into the next slot. */
const spareRequests = 3;

/**
 * The slots of `slotMs` of one phase; none for a phase without requests. A late send moves to the next slot, so a slot
 * is measured against the busiest of itself and its two neighbours: at the edge of a burst that is the burst.
 */
export function slotsOfPhase({ requests, phases }: History, phase: number, slotMs: number): Slot[] {
  const span = phases[phase];
  if (span === undefined) return [];
  const slots = Math.max(1, Math.ceil((span.untilMs - span.fromMs) / slotMs) + 1);
  const intended = new Uint32Array(slots);
  const sent = new Uint32Array(slots);
  const into = (counts: Uint32Array, atMs: number | undefined): void => {
    const slot = Math.floor(((atMs ?? Number.NaN) - span.fromMs) / slotMs);
    if (slot >= 0) counts[Math.min(slot, slots - 1)] = (counts[Math.min(slot, slots - 1)] ?? 0) + 1;
  };
  let any = false;
  for (let row = 0; row < requests.count; row++) {
    if (requests.phase[row] !== phase) continue;
    any = true;
    into(intended, requests.intendedMs[row]);
    into(sent, requests.sentMs[row]);
  }
  return any ? Array.from(intended, (_, slot) => slotAt(intended, sent, slot, slotMs)) : [];
}

function slotAt(intended: Uint32Array, sent: Uint32Array, slot: number, slotMs: number): Slot {
  const wanted = intended[slot] ?? 0;
  const did = sent[slot] ?? 0;
  const busiest = Math.max(wanted, intended[slot - 1] ?? 0, intended[slot + 1] ?? 0, 1);
  const offShare = Math.max(0, Math.abs(did - wanted) - spareRequests) / busiest;
  return { atMs: slot * slotMs, intended: wanted, sent: did, offShare };
}
