import { count, duration } from "./words/numerals.ts";
import { cut, plain } from "./words/plain.ts";

/** What is known of a run while it runs. */
export interface LiveNumbers {
  readonly phase: string;
  /** Of the whole run, 0 to 1. */
  readonly doneShare: number;
  readonly leftMs: number;
  /** Sent in the last second. */
  readonly ratePerSecond: number;
  readonly allowed: number;
  readonly denied: number;
  readonly lost: number;
  /** Of the last second, from the intended instant; null when nothing was answered. */
  readonly p99Ms: number | null;
}

/**
 * One line of at most `width` characters that does not jump about: every number has its place, and what matters
 * least goes first when the line is short.
 */
export function renderLiveLine(numbers: LiveNumbers, width: number): string {
  const parts = partsOf(numbers);
  const order = [...parts.keys()].sort((a, b) => (parts[b]?.weight ?? 0) - (parts[a]?.weight ?? 0));
  const kept = new Set<number>();
  let used = 0;
  for (const index of order) {
    const length = (parts[index]?.text.length ?? 0) + (kept.size > 0 ? 2 : 0);
    if (used + length > width) break;
    kept.add(index);
    used += length;
  }
  const line = parts.filter((_, index) => kept.has(index)).map(({ text }) => text);
  return cut(line.join("  "), Math.max(0, width));
}

function partsOf({ phase, doneShare, leftMs, ratePerSecond, allowed, denied, lost, p99Ms }: LiveNumbers): {
  readonly text: string;
  readonly weight: number;
}[] {
  const p99 = p99Ms === null ? "\u2013" : duration(p99Ms);
  const left = `${count(Math.max(0, Math.ceil(leftMs / 1_000)))} s left`;
  return [
    { text: plain(phase, 12).padEnd(12), weight: 9 },
    { text: bar(doneShare, 12), weight: 1 },
    { text: `${count(ratePerSecond)}/s`.padStart(8), weight: 8 },
    { text: `allowed ${count(allowed).padStart(9)}`, weight: 7 },
    { text: `denied ${count(denied).padStart(9)}`, weight: 6 },
    { text: `lost ${count(lost).padStart(3)}`, weight: lost > 0 ? 5 : 2 },
    { text: `p99 ${p99.padStart(7)}`, weight: 4 },
    { text: left.padStart(9), weight: 3 },
  ];
}

function bar(share: number, cells: number): string {
  const full = Math.round(Math.min(1, Math.max(0, Number.isFinite(share) ? share : 0)) * cells);
  return "\u2588".repeat(full) + "\u2591".repeat(cells - full);
}
