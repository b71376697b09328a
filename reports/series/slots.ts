import type { History } from "../../harness/history/history.ts";
import { outcomeCode, type Requests } from "../../harness/history/requests.ts";

/** A run cut into spans of equal length; slot i begins at `fromMs + i * slotMs`, in milliseconds after the origin. */
export interface Slots {
  readonly fromMs: number;
  readonly slotMs: number;
  readonly count: number;
}

const slotLengths = [100, 200, 500, 1_000, 2_000, 5_000, 10_000, 60_000, 600_000] as const;

/** Slots over all phases and requests: the shortest from 100 ms upwards that leaves at most `mostSlots`. */
export function slotsOf({ run, phases, requests }: History, mostSlots = 1_200): Slots {
  let fromMs = 0;
  let untilMs = 0;
  const include = (atMs: number) => {
    if (!Number.isFinite(atMs)) return;
    fromMs = Math.min(fromMs, atMs - run.originMs);
    untilMs = Math.max(untilMs, atMs - run.originMs);
  };
  for (const phase of phases) {
    include(phase.fromMs);
    include(phase.untilMs);
  }
  for (let row = 0; row < requests.count; row++)
    if (isUsed(requests, row)) include(requests.intendedMs[row] ?? Number.NaN);
  const slotMs =
    slotLengths.find((ms) => (untilMs - fromMs) / ms < mostSlots) ?? (untilMs - fromMs) / mostSlots;
  const first = Math.floor(fromMs / slotMs) * slotMs;
  return { fromMs: first, slotMs, count: Math.floor((untilMs - first) / slotMs) + 1 };
}

/** The slot of each row by its intended instant; -1 for rows that were never used. */
export function slotOfRow(slots: Slots, { run, requests }: History): Int32Array {
  const slot = new Int32Array(requests.count).fill(-1);
  for (let row = 0; row < requests.count; row++) {
    const index = Math.floor(((requests.intendedMs[row] ?? 0) - run.originMs - slots.fromMs) / slots.slotMs);
    if (isUsed(requests, row) && index >= 0 && index < slots.count) slot[row] = index;
  }
  return slot;
}

function isUsed(requests: Requests, row: number): boolean {
  return requests.outcome[row] !== outcomeCode.blank;
}
