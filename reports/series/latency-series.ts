import type { History } from "../../harness/history/history.ts";
import { outcomeCode } from "../../harness/history/requests.ts";
import { type QuantileSeries, quantileSeries } from "./quantile-series.ts";
import { type Slots, slotOfRow, slotsOf } from "./slots.ts";

/**
 * Milliseconds from the intended instant to the limiter's answer, by the slot of the intended instant. What was
 * lost has none, and controls never met the limiter.
 */
export function latencySeries(history: History, slots: Slots = slotsOf(history)): QuantileSeries {
  const { count, intendedMs, receivedMs, outcome } = history.requests;
  const tookMs = new Float64Array(count);
  for (let row = 0; row < count; row++)
    tookMs[row] =
      outcome[row] === outcomeCode.control
        ? Number.NaN
        : Math.max(0, (receivedMs[row] ?? Number.NaN) - (intendedMs[row] ?? Number.NaN));
  return quantileSeries(slots, slotOfRow(slots, history), tookMs);
}
