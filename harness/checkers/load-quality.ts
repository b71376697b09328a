import type { Evidence } from "../history/evidence.ts";
import type { History } from "../history/history.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Checker } from "./checker.ts";
import { measuredPhases } from "./phases-of.ts";
import { loadNumbers, type Slot, worstSlot } from "./schedule-quality.ts";

/** What still counts as a kept schedule. */
export interface LoadQualityOptions {
  /** Length of the slots in which sent and scheduled requests are compared, in milliseconds. @default 100 */
  readonly slotMs?: number;
  /** By how much a slot may be off, 0 to 1. @default 0.1 */
  readonly slotTolerance?: number;
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
  { slotMs = 100, slotTolerance = 0.1, maxLagP99Ms = 20 }: LoadQualityOptions = {},
  names?: readonly string[],
): Finding {
  const phases = measuredPhases(history, names);
  const load = loadNumbers(history, phases);
  const { sendLagMs, dropped, offered } = load;
  const worst = worstOf(history, phases, slotMs);
  const doubts: string[] = [];
  if (offered === 0) doubts.push("no paced phase sent anything");
  if (dropped > 0) doubts.push(`${dropped} of ${offered} arrivals were never sent`);
  if (worst !== null && worst.slot.offShare > slotTolerance) {
    const { phase, slot } = worst;
    doubts.push(
      `${slot.sent} instead of ${slot.intended} requests were sent in the ${slotMs} ms from ${(slot.atMs / 1_000).toFixed(1)} s of ${phase}`,
    );
  }
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
    },
    notes: [
      ...(doubts.length === 0 ? [] : [`${lag}, at most ${sendLagMs.max.toFixed(1)} ms`]),
      ...unsent.map(
        (engine) => `The time of ${engine.phase} did not suffice for ${engine.unsent} of its requests`,
      ),
    ],
  };
}

function worstOf(
  history: History,
  phases: readonly number[],
  slotMs: number,
): { readonly phase: string; readonly slot: Slot } | null {
  let worst: { phase: string; slot: Slot } | null = null;
  for (const phase of phases) {
    const slot = worstSlot(history, phase, slotMs);
    if (slot === null || (worst !== null && slot.offShare <= worst.slot.offShare)) continue;
    worst = { phase: history.phases[phase]?.name ?? "", slot };
  }
  return worst;
}
