import type { History } from "../history/history.ts";
import type { LoadNumbers } from "../verdict/result.ts";
import { hungRequests } from "./hung-requests.ts";
import { loadNumbers, neverSent, type Slot, slotsOfPhase } from "./schedule-quality.ts";

/** What still counts as a kept schedule. */
export interface LoadQualityOptions {
  /** Length of the slots in which sent and scheduled requests are compared, in milliseconds. @default 100 */
  readonly slotMs?: number;
  /** By how much a slot may be off, 0 to 1. @default 0.1 */
  readonly slotTolerance?: number;
  /**
   * So many of the slots may be off by more, as a share of them: what breaks a gateway or Redis shakes the machine that
   * all of them share. No proof needs an even load, and the 99th percentile of the lag still has to be kept. @default 0
   */
  readonly offSlotShare?: number;
  /** The 99th percentile of the send lag, in milliseconds. @default 20 */
  readonly maxLagP99Ms?: number;
}

/** Why a schedule was not kept, each reason as half a sentence. */
export interface ScheduleDoubts {
  readonly load: LoadNumbers;
  /** What a busy or slow machine does to a schedule. */
  readonly own: readonly string[];
  /** What could not be sent because the connections waited for answers; null if nothing. */
  readonly crowding: string | null;
  /** So many of these answers are wanting by the limiter's doing: gateways that kept them answered controls. */
  readonly hung: number;
  /** By how much the worst slot was off, and the share of the slots that were off by too much; 0 to 1. */
  readonly worstSlotShare: number;
  readonly offSlotShare: number;
}

/** Holds what was sent in `phases` (indices) against their schedule. */
export function scheduleDoubts(
  history: History,
  phases: readonly number[],
  { slotMs = 100, slotTolerance = 0.1, offSlotShare = 0, maxLagP99Ms = 20 }: LoadQualityOptions = {},
): ScheduleDoubts {
  const load = loadNumbers(history, phases);
  const { offered } = load;
  const { dropped, crowdedOut, controls } = neverSent(history, phases);
  const slots = slotsOf(history, phases, slotMs);
  const off = slots.filter(({ slot }) => slot.offShare > slotTolerance);
  const worst = slots.reduce<PhaseSlot | null>(furthest, null);
  const late = load.sendLagMs.p99;
  const own: string[] = [];
  if (offered === 0) own.push("no paced phase sent anything");
  if (dropped > crowdedOut) own.push(`${dropped - crowdedOut} of ${offered} arrivals were never sent`);
  else if (controls > 0) own.push(`${controls} requests past the limiter were never sent`);
  if (worst !== null && off.length > offSlotShare * slots.length) own.push(offSlots(off, worst, slotMs));
  if (late > maxLagP99Ms) own.push(`1 % of the sends were more than ${late.toFixed(1)} ms late`);
  for (const { phase, discrepancies } of history.engines)
    for (const what of discrepancies) own.push(`in ${phase} ${what}`);
  const hung = crowdedOut === 0 ? 0 : hungIn(history, phases);
  const inVain = hung === 0 ? "" : `, ${hung} of them in vain`;
  return {
    load,
    own,
    crowding:
      crowdedOut === 0
        ? null
        : `${crowdedOut} of ${offered} arrivals were never sent, as the connections were waiting for answers${inVain}`,
    hung,
    worstSlotShare: worst?.slot.offShare ?? 0,
    offSlotShare: slots.length === 0 ? 0 : off.length / slots.length,
  };
}

function hungIn(history: History, phases: readonly number[]): number {
  const isHung = hungRequests(history);
  let hung = 0;
  for (let row = 0; row < history.requests.count; row++)
    if (phases.includes(history.requests.phase[row] ?? 0) && isHung(row)) hung++;
  return hung;
}

interface PhaseSlot {
  readonly phase: string;
  readonly slot: Slot;
}

function slotsOf(history: History, phases: readonly number[], slotMs: number): PhaseSlot[] {
  return phases.flatMap((phase) =>
    slotsOfPhase(history, phase, slotMs).map((slot) => ({ phase: history.phases[phase]?.name ?? "", slot })),
  );
}

function furthest(worst: PhaseSlot | null, one: PhaseSlot): PhaseSlot {
  return worst === null || one.slot.offShare > worst.slot.offShare ? one : worst;
}

function offSlots(off: readonly PhaseSlot[], { phase, slot }: PhaseSlot, slotMs: number): string {
  const many = off.length === 1 ? "" : `, and ${off.length - 1} other slots were off too`;
  return `${slot.sent} instead of ${slot.intended} requests were sent in the ${slotMs} ms from ${(slot.atMs / 1_000).toFixed(1)} s of ${phase}${many}`;
}
