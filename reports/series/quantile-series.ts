import type { Slots } from "./slots.ts";

/** Median, 99th percentile and maximum of a measurement, slot by slot; NaN where nothing was measured. */
export interface QuantileSeries {
  readonly slots: Slots;
  readonly p50: Float64Array;
  readonly p99: Float64Array;
  readonly max: Float64Array;
}

/** Exact (nearest rank) quantiles of `values` grouped by `slotOf`; NaN values and slots below 0 are left out. */
export function quantileSeries(slots: Slots, slotOf: Int32Array, values: Float64Array): QuantileSeries {
  const ends = new Uint32Array(slots.count + 1);
  const counts = (row: number) => (slotOf[row] ?? -1) >= 0 && !Number.isNaN(values[row]);
  for (let row = 0; row < values.length; row++) if (counts(row)) bump(ends, (slotOf[row] ?? 0) + 1);
  for (let slot = 0; slot < slots.count; slot++) ends[slot + 1] = (ends[slot] ?? 0) + (ends[slot + 1] ?? 0);
  const grouped = new Float64Array(ends[slots.count] ?? 0);
  const next = ends.slice();
  for (let row = 0; row < values.length; row++)
    if (counts(row)) grouped[bump(next, slotOf[row] ?? 0)] = values[row] ?? 0;
  const column = () => new Float64Array(slots.count).fill(Number.NaN);
  const series = { slots, p50: column(), p99: column(), max: column() };
  for (let slot = 0; slot < slots.count; slot++) {
    const sorted = grouped.subarray(ends[slot], ends[slot + 1]).sort();
    if (sorted.length === 0) continue;
    series.p50[slot] = rank(sorted, 0.5);
    series.p99[slot] = rank(sorted, 0.99);
    series.max[slot] = rank(sorted, 1);
  }
  return series;
}

/** The smallest value of `sorted` that at least `share` of them do not exceed; NaN when there are none. */
export function rank(sorted: Float64Array, share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}

function bump(column: Uint32Array, index: number): number {
  const before = column[index] ?? 0;
  column[index] = before + 1;
  return before;
}
