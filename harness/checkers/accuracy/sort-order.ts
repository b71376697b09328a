/**
 * Sorts the first `count` entries of `order` (row numbers) by `keys[row]`, finite numbers, stably. Linear for nearly
 * sorted input, which is what histories are, and for evenly spread keys; O(n log n) for any. `spare` is as long as
 * `order`.
 */
export function sortOrder(order: Uint32Array, count: number, keys: Float64Array, spare: Uint32Array): void {
  if (sortedByInsertion(order, 0, count, keys, 8 * count)) return;
  spreadByKey(order, count, keys, spare);
  if (!sortedByInsertion(order, 0, count, keys, 16 * count)) mergeSort(order, count, keys, spare);
}

/** Gives up, with `order` still a permutation, after `budget` moves. */
function sortedByInsertion(
  order: Uint32Array,
  from: number,
  until: number,
  keys: Float64Array,
  budget: number,
): boolean {
  let left = budget;
  for (let i = from + 1; i < until; i++) {
    const row = order[i] ?? 0;
    const key = keys[row] ?? 0;
    let at = i;
    while (at > from) {
      const before = order[at - 1] ?? 0;
      if ((keys[before] ?? 0) <= key) break;
      order[at] = before;
      at--;
    }
    order[at] = row;
    left -= i - at;
    if (left < 0) return false;
  }
  return true;
}

/** Puts the entries into as many even spans of the keys as there are entries: nearly in order if keys are spread. */
function spreadByKey(order: Uint32Array, count: number, keys: Float64Array, spare: Uint32Array): void {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const key = keys[order[i] ?? 0] ?? 0;
    if (key < least) least = key;
    if (key > most) most = key;
  }
  const scale = (count - 1) / (most - least);
  const ends = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const span = Math.floor(((keys[order[i] ?? 0] ?? 0) - least) * scale);
    ends[span] = (ends[span] ?? 0) + 1;
  }
  for (let span = 1; span < count; span++) ends[span] = (ends[span] ?? 0) + (ends[span - 1] ?? 0);
  for (let i = count - 1; i >= 0; i--) {
    const row = order[i] ?? 0;
    const span = Math.floor(((keys[row] ?? 0) - least) * scale);
    const at = (ends[span] ?? 0) - 1;
    ends[span] = at;
    spare[at] = row;
  }
  order.set(spare.subarray(0, count));
}

const blockLength = 32;

function mergeSort(order: Uint32Array, count: number, keys: Float64Array, spare: Uint32Array): void {
  for (let from = 0; from < count; from += blockLength)
    sortedByInsertion(order, from, Math.min(count, from + blockLength), keys, Number.POSITIVE_INFINITY);
  let source = order;
  let target = spare;
  for (let width = blockLength; width < count; width *= 2) {
    for (let from = 0; from < count; from += 2 * width)
      mergeRuns(source, target, from, Math.min(count, from + width), Math.min(count, from + 2 * width), keys);
    [source, target] = [target, source];
  }
  if (source !== order) order.set(source.subarray(0, count));
}

function mergeRuns(
  source: Uint32Array,
  target: Uint32Array,
  from: number,
  middle: number,
  until: number,
  keys: Float64Array,
): void {
  let left = from;
  let right = middle;
  for (let at = from; at < until; at++) {
    const a = source[left] ?? 0;
    const b = source[right] ?? 0;
    const takeLeft = right >= until || (left < middle && (keys[a] ?? 0) <= (keys[b] ?? 0));
    target[at] = takeLeft ? a : b;
    if (takeLeft) left++;
    else right++;
  }
}
