/**
 * The one of `names` that was probably meant by `wanted`; null if none is close. Case is ignored; a third of the
 * letters may be wrong, missing, too many or swapped with their neighbour, and a beginning is enough.
 */
export function nearestName(wanted: string, names: readonly string[]): string | null {
  const lower = wanted.toLowerCase();
  let nearest: string | null = null;
  let least = Number.POSITIVE_INFINITY;
  for (const name of names) {
    const distance = editDistance(lower, name.toLowerCase());
    const tolerated = Math.max(2, Math.floor(Math.max(wanted.length, name.length) / 3));
    const begins = lower.length >= 3 && name.toLowerCase().startsWith(lower);
    if (distance >= least || !(begins || distance <= Math.min(tolerated, name.length - 1))) continue;
    nearest = name;
    least = distance;
  }
  return nearest;
}

/** Damerau-Levenshtein in its optimal string alignment form. */
function editDistance(a: string, b: string): number {
  let twoAgo: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const change = (last[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(change, (last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (twoAgo[j - 2] ?? 0) + 1);
      row.push(best);
    }
    twoAgo = last;
    last = row;
  }
  return last[b.length] ?? 0;
}
