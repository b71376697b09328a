import type { History } from "../../harness/history/history.ts";
import { type QuantileSeries, quantileSeries } from "./quantile-series.ts";
import { type Slots, slotOfRow, slotsOf } from "./slots.ts";

/** Milliseconds from the intended instant to the write, of the open phases: how late the load itself was. */
export function lagSeries(history: History, slots: Slots = slotsOf(history)): QuantileSeries {
  const { count, intendedMs, sentMs, phase } = history.requests;
  const paced = history.phases.map(({ model }) => model === "open");
  const lagMs = new Float64Array(count);
  for (let row = 0; row < count; row++)
    lagMs[row] = paced[phase[row] ?? 0]
      ? Math.max(0, (sentMs[row] ?? Number.NaN) - (intendedMs[row] ?? Number.NaN))
      : Number.NaN;
  return quantileSeries(slots, slotOfRow(slots, history), lagMs);
}
