import type { History } from "../history/history.ts";
import type { Finding } from "../verdict/finding.ts";
import type { LoadNumbers } from "../verdict/result.ts";
import type { Checker } from "./checker.ts";
import { outcomeCounts } from "./outcome-counts.ts";
import { judgedPhases } from "./phases-where.ts";
import { loadNumbers, type SlotOptions, type SlotQuality, slotQuality } from "./schedule-quality.ts";

/** What makes the load good enough to measure by. */
export interface LoadQualityOptions extends SlotOptions {
  /** Slots that may be off schedule, as a share of all (0 to 1). @default 0 */
  readonly maxOffSlotShare?: number;
  /** Arrivals that may never have been sent, as a share of all (0 to 1). @default 0 */
  readonly maxDroppedShare?: number;
  /** The 99th percentile of sent - intended, in milliseconds. @default 20 */
  readonly maxLagP99Ms?: number;
}

/**
 * Says whether the judged, paced phases kept their schedule. It passes or is inconclusive, never fails: a slow
 * machine never blames the limiter. Not applicable where nothing was paced.
 */
export function loadQuality(options: LoadQualityOptions = {}): Checker {
  return {
    name: "load-quality",
    check({ history }) {
      const indices = judgedPhases(history.phases, "open");
      const base = { checker: "load-quality", kind: "quality" } as const;
      if (indices.length === 0) {
        const summary = "No judged phase is paced, so there is no schedule to keep";
        return { ...base, verdict: "not-applicable", summary, numbers: {} };
      }
      const doubt = loadDoubt(history, indices, options);
      const load = loadNumbers(history, indices);
      const slots = slotQuality(history, indices, options);
      return {
        ...base,
        verdict: doubt === null ? "pass" : "inconclusive",
        summary: doubt ?? goodSummary(load, slots, options),
        numbers: numbersOf(load, slots, outcomeCounts(history.requests, indices).lost),
        notes: notesOf(slots),
      };
    },
  };
}

/**
 * Why these phases (indices) did not keep their schedule, as a sentence; null where they did. Anything that
 * measures asks this of its phases first.
 */
export function loadDoubt(
  history: Pick<History, "requests" | "phases">,
  indices: readonly number[],
  options: LoadQualityOptions = {},
): string | null {
  const { maxOffSlotShare = 0, maxDroppedShare = 0, maxLagP99Ms = 20, slotMs = 100 } = options;
  const load = loadNumbers(history, indices);
  if (load.offered === 0) return "No requests were scheduled in the judged, paced phases";
  if (load.dropped > maxDroppedShare * load.offered)
    return `${load.dropped} of ${load.offered} arrivals were never sent`;
  if (load.sendLagMs.p99 > maxLagP99Ms)
    return `Requests were sent late: p99 ${load.sendLagMs.p99.toFixed(1)} ms after they were due, more than ${maxLagP99Ms} ms`;
  const { slots, offSlots, worst } = slotQuality(history, indices, options);
  if (worst !== null && offSlots > maxOffSlotShare * slots)
    return `${offSlots} of ${slots} slots of ${slotMs} ms were sent off schedule, the worst ${Math.round(worst.atMs)} ms into ${worst.phase}: ${worst.sent} sent, ${worst.intended} due`;
  return null;
}

function goodSummary(load: LoadNumbers, { slots }: SlotQuality, { slotMs = 100 }: LoadQualityOptions): string {
  return `All ${slots} slots of ${slotMs} ms kept their schedule, ${Math.round(load.achievedRatePerSecond)} requests a second with a send lag of ${load.sendLagMs.p99.toFixed(2)} ms at p99`;
}

function numbersOf(load: LoadNumbers, slots: SlotQuality, lost: number): Finding["numbers"] {
  return {
    offered: load.offered,
    sent: load.sent,
    droppedArrivals: load.dropped,
    lost,
    achievedRatePerSecond: load.achievedRatePerSecond,
    sendLagP50Ms: load.sendLagMs.p50,
    sendLagP99Ms: load.sendLagMs.p99,
    sendLagMaxMs: load.sendLagMs.max,
    slots: slots.slots,
    offSlots: slots.offSlots,
    worstSlotShare: slots.worst?.offShare ?? 0,
  };
}

function notesOf({ worst }: SlotQuality): string[] {
  if (worst === null) return [];
  return [
    `The worst slot is ${Math.round(worst.atMs)} ms into ${worst.phase}: ${worst.sent} sent, ${worst.intended} due`,
  ];
}
