import type { Evidence } from "../history/evidence.ts";
import type { History } from "../history/history.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Checker } from "./checker.ts";
import { measuredPhases } from "./phases-of.ts";
import { loadNumbers, type Slot, slotsOfPhase } from "./schedule-quality.ts";

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

/**
 * Says whether the paced phases were sent as scheduled. It never fails: a machine that is too slow blames no
 * limiter, it makes the run inconclusive.
 */
export function loadQuality(options: LoadQualityOptions = {}): Checker {
  return { name: "load-quality", check: ({ history }: Evidence) => scheduleFinding(history, options) };
}

/** The finding of `load-quality` over the measured phases, or those of the given names. */
export function scheduleFinding(
  history: History,
  { slotMs = 100, slotTolerance = 0.1, offSlotShare = 0, maxLagP99Ms = 20 }: LoadQualityOptions = {},
  names?: readonly string[],
): Finding {
  const phases = measuredPhases(history, names);
  const load = loadNumbers(history, phases);
  const { sendLagMs, dropped, offered } = load;
  const slots = slotsOf(history, phases, slotMs);
  const off = slots.filter(({ slot }) => slot.offShare > slotTolerance);
  const worst = slots.reduce<PhaseSlot | null>(furthest, null);
  const doubts: string[] = [];
  if (offered === 0) doubts.push("no paced phase sent anything");
  if (dropped > 0) doubts.push(`${dropped} of ${offered} arrivals were never sent`);
  if (worst !== null && off.length > offSlotShare * slots.length)
    doubts.push(...offSlots(off, worst, slotMs));
  if (sendLagMs.p99 > maxLagP99Ms)
    doubts.push(`1 % of the sends were more than ${sendLagMs.p99.toFixed(1)} ms late`);
  for (const { phase, discrepancies } of history.engines) {
    for (const what of discrepancies) doubts.push(`in ${phase} ${what}`);
  }
  const unsent = history.engines.filter((engine) => engine.unsent > 0);
  const lag = `lag p50 ${sendLagMs.p50.toFixed(2)} ms, p99 ${sendLagMs.p99.toFixed(2)} ms`;
  return {
    checker: "load-quality",
    kind: "quality",
    verdict: doubts.length === 0 ? "pass" : "inconclusive",
    summary:
      doubts.length === 0
        ? `The schedule was kept: ${offered.toLocaleString("en")} requests, none dropped, ${lag}`
        : `The schedule was not kept (a busy or slow machine?): ${doubts.join("; ")}`,
    numbers: {
      offered,
      dropped,
      sendLagP50Ms: sendLagMs.p50,
      sendLagP99Ms: sendLagMs.p99,
      sendLagMaxMs: sendLagMs.max,
      worstSlotShare: worst?.slot.offShare ?? 0,
      offSlotShare: slots.length === 0 ? 0 : off.length / slots.length,
    },
    notes: [
      ...(doubts.length === 0 ? [] : [`${lag}, at most ${sendLagMs.max.toFixed(1)} ms`]),
      ...unsent.map(
        (engine) => `The time of ${engine.phase} did not suffice for ${engine.unsent} of its requests`,
      ),
    ],
  };
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

function offSlots(off: readonly PhaseSlot[], { phase, slot }: PhaseSlot, slotMs: number): string[] {
  const others = off.length - 1;
  const many =
    others === 0 ? "" : `, and ${others} other ${others === 1 ? "slot was" : "slots were"} off too`;
  return [
    `${slot.sent} instead of ${slot.intended} requests were sent in the ${slotMs} ms from ${(slot.atMs / 1_000).toFixed(1)} s of ${phase}${many}`,
  ];
}
