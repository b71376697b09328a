/** Runs of this many rows are sorted by insertion. */
const runLength = 32;

/**
 * Sorts the first `count` of `rows` by `untilMs`, stably. Answers come back nearly in the order in which requests
 * were sent, so only the part of two neighbouring runs that overlaps is merged: about O(n) for a normal
 * history, O(n log n) always. `spare` is as long as `rows`.
 */
export function orderByUntil(
  rows: Uint32Array,
  count: number,
  untilMs: Float64Array,
  spare: Uint32Array,
): void {
  for (let from = 0; from < count; from += runLength) {
    insertionSort(rows, from, Math.min(from + runLength, count), untilMs);
  }
  for (let width = runLength; width < count; width *= 2) {
    for (let from = 0; from + width < count; from += 2 * width) {
      mergeRuns(rows, from, from + width, Math.min(from + 2 * width, count), untilMs, spare);
    }
  }
}

function insertionSort(rows: Uint32Array, from: number, to: number, untilMs: Float64Array): void {
  for (let i = from + 1; i < to; i++) {
    const row = rows[i] ?? 0;
    const key = untilMs[row] ?? 0;
    let at = i;
    for (; at > from && (untilMs[rows[at - 1] ?? 0] ?? 0) > key; at--) rows[at] = rows[at - 1] ?? 0;
    rows[at] = row;
  }
}

/** Merges [from, middle) and [middle, to): the head of the left run that already fits stays where it is. */
function mergeRuns(
  rows: Uint32Array,
  from: number,
  middle: number,
  to: number,
  untilMs: Float64Array,
  spare: Uint32Array,
): void {
  const firstRight = untilMs[rows[middle] ?? 0] ?? 0;
  let left = middle;
  while (left > from && (untilMs[rows[left - 1] ?? 0] ?? 0) > firstRight) left--;
  if (left === middle) return;
  const kept = middle - left;
  spare.set(rows.subarray(left, middle));
  let right = middle;
  let out = left;
  for (let i = 0; i < kept; i++) {
    const row = spare[i] ?? 0;
    const key = untilMs[row] ?? 0;
    while (right < to && (untilMs[rows[right] ?? 0] ?? 0) < key) rows[out++] = rows[right++] ?? 0;
    rows[out++] = row;
  }
}
