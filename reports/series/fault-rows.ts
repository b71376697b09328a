import type { Result } from "../../harness/verdict/result.ts";

/** The row of each fault's label, from 0: faults that overlap in time stand under each other, as far as `most` rows go. */
export function faultRows(faults: Result["faults"], most = 3): readonly number[] {
  const endsMs = new Array<number>(most).fill(Number.NEGATIVE_INFINITY);
  const rows = new Array<number>(faults.length).fill(0);
  const inOrder = [...faults.keys()].sort((a, b) => (faults[a]?.atMs ?? 0) - (faults[b]?.atMs ?? 0));
  for (const index of inOrder) {
    const { atMs = 0, untilMs = 0 } = faults[index] ?? {};
    const free = endsMs.findIndex((endMs) => endMs <= atMs);
    const row = free === -1 ? most - 1 : free;
    endsMs[row] = Math.max(endsMs[row] ?? 0, untilMs);
    rows[index] = row;
  }
  return rows;
}
