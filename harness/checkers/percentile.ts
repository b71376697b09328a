/**
 * The exact percentiles (0 to 100, nearest rank) of `values`, in the order asked; NaN of nothing. Reorders `values`.
 * Linear time: selection, not sorting (Hoare's FIND).
 */
export function percentilesOf(values: Float64Array, percentiles: readonly number[]): number[] {
  if (values.length === 0) return percentiles.map(() => Number.NaN);
  const ranks = percentiles.map((p) => Math.max(0, Math.ceil((p / 100) * values.length) - 1));
  // In rising order each selection only has to look at what lies above the one before.
  let from = 0;
  for (const rank of [...new Set(ranks)].sort((a, b) => a - b)) {
    select(values, rank, from);
    from = rank;
  }
  return ranks.map((rank) => values[rank] ?? Number.NaN);
}

/** Reorders values[from..] so that values[rank] is what it would be if they were sorted, and smaller ones lie before it. */
function select(values: Float64Array, rank: number, from: number): void {
  let low = from;
  let high = values.length - 1;
  while (low < high) {
    const pivot = medianOfThree(values[low] ?? 0, values[(low + high) >>> 1] ?? 0, values[high] ?? 0);
    let i = low;
    let j = high;
    while (i <= j) {
      while ((values[i] ?? 0) < pivot) i++;
      while ((values[j] ?? 0) > pivot) j--;
      if (i > j) break;
      const held = values[i] ?? 0;
      values[i++] = values[j] ?? 0;
      values[j--] = held;
    }
    if (rank <= j) high = j;
    else if (rank >= i) low = i;
    else return;
  }
}

function medianOfThree(a: number, b: number, c: number): number {
  return Math.max(Math.min(a, b), Math.min(Math.max(a, b), c));
}
