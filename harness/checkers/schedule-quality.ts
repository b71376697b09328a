import { controlKey } from "../history/control-key.ts";
import type { History, PhaseSpan } from "../history/history.ts";
import { crowdedOut, outcomeCode, type Requests } from "../history/requests.ts";
import type { LoadNumbers } from "../verdict/result.ts";
import { percentilesOf } from "./percentile.ts";

/** How well the requests of `phases` (indices) were sent as the schedule wanted them; controls are left out. */
export function loadNumbers(history: History, phases: readonly number[]): LoadNumbers {
  const { requests, subjects } = history;
  const control = subjects.indexOf(controlKey);
  const asked = flagged(phases);
  const firstMs = new Float64Array(256).fill(Number.POSITIVE_INFINITY);
  const lastMs = new Float64Array(256).fill(Number.NEGATIVE_INFINITY);
  const answeredMs = new Float64Array(256).fill(Number.NEGATIVE_INFINITY);
  const lags = new Float64Array(requests.count);
  let offered = 0;
  let sent = 0;
  let dropped = 0;
  for (let row = 0; row < requests.count; row++) {
    const phase = requests.phase[row] ?? 0;
    if (asked[phase] !== 1 || requests.subject[row] === control) continue;
    offered++;
    if (requests.outcome[row] === outcomeCode.dropped) {
      dropped++;
      continue;
    }
    const sentMs = requests.sentMs[row] ?? Number.NaN;
    const receivedMs = requests.receivedMs[row] ?? Number.NaN;
    lags[sent++] = sentMs - (requests.intendedMs[row] ?? 0);
    if (sentMs < (firstMs[phase] ?? 0)) firstMs[phase] = sentMs;
    if (sentMs > (lastMs[phase] ?? 0)) lastMs[phase] = sentMs;
    if (receivedMs > (answeredMs[phase] ?? 0)) answeredMs[phase] = receivedMs;
  }
  const sendingMs = phases.reduce((sum, phase) => {
    const [first = 0, last = 0, answered = 0] = [firstMs[phase], lastMs[phase], answeredMs[phase]];
    return sum + sendingMsOf(history.phases[phase], first, last, answered);
  }, 0);
  const [p50 = 0, p99 = 0, max = 0] = sent === 0 ? [] : percentilesOf(lags.subarray(0, sent), [50, 99, 100]);
  return {
    offered,
    sent,
    dropped,
    achievedRatePerSecond: sendingMs > 0 ? (1_000 * sent) / sendingMs : 0,
    sendingMs,
    sendLagMs: { p50, p99, max },
  };
}

/**
 * How long the sending of a phase took: a paced one until its schedule ends, or longer if it was late; a saturating one
 * from its first send to its last answer. An answer that never comes makes neither longer.
 */
function sendingMsOf(
  span: PhaseSpan | undefined,
  firstMs: number,
  lastMs: number,
  answeredMs: number,
): number {
  if (span === undefined) return 0;
  if (span.model === "saturate") return Math.max(0, Math.max(lastMs, answeredMs) - firstMs);
  return Math.max(span.scheduledUntilMs ?? span.untilMs, lastMs) - span.fromMs;
}

function flagged(phases: readonly number[]): Uint8Array {
  const asked = new Uint8Array(256);
  for (const phase of phases) asked[phase] = 1;
  return asked;
}

/** How much was never sent. */
export interface NeverSent {
  readonly dropped: number;
  /** Of the dropped, those for which no connection was free, because they waited for answers. */
  readonly crowdedOut: number;
  /** Controls that were dropped otherwise; counted in neither of the two. */
  readonly controls: number;
}

/** What was never sent of the arrivals of `phases` (indices). */
export function neverSent({ requests, subjects }: History, phases: readonly number[]): NeverSent {
  const control = subjects.indexOf(controlKey);
  const asked = flagged(phases);
  let dropped = 0;
  let waitedFor = 0;
  let controls = 0;
  for (let row = 0; row < requests.count; row++) {
    if (requests.outcome[row] !== outcomeCode.dropped || asked[requests.phase[row] ?? 0] !== 1) continue;
    const isCrowded = isCrowdedOut(requests, row);
    if (requests.subject[row] === control) controls += isCrowded ? 0 : 1;
    else {
      dropped++;
      if (isCrowded) waitedFor++;
    }
  }
  return { dropped, crowdedOut: waitedFor, controls };
}

/** Whether `row` was never sent because the connections waited for answers. */
export function isCrowdedOut({ outcome, status }: Requests, row: number): boolean {
  return outcome[row] === outcomeCode.dropped && status[row] === crowdedOut;
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
 * is measured against the busiest of itself and its two neighbours: at the edge of a burst that is the burst. What was
 * crowded out is left out: no punctual sender could have sent it.
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
    if (!isCrowdedOut(requests, row)) into(intended, requests.intendedMs[row]);
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
