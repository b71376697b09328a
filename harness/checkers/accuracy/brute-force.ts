import type { Triple } from "../../verdict/finding.ts";
import type { Accuracy } from "../../verdict/result.ts";

/** A request of a small history on whole instants; `until` may be Infinity for an ambiguous one. */
export interface SmallRow {
  readonly sent: number;
  readonly until: number;
  readonly cost: number;
  readonly kind: "allowed" | "denied" | "ambiguous";
  readonly judged: boolean;
}

/** What a request must fit, in the units of the rows. */
export interface SmallPolicy {
  readonly limit: number;
  readonly windowMs: number;
}

/** A request whose hidden instant is known, and with it whether it consumed. */
interface SettledRow extends SmallRow {
  readonly at: number;
  readonly consumed: boolean;
}

/**
 * Test support: the least and the most of each accuracy number over every assignment of the hidden instants
 * (in steps of half the grid) and every choice for the ambiguous. Written for sight, not for speed.
 */
export function bruteForceAccuracy(
  rows: readonly SmallRow[],
  policies: readonly SmallPolicy[],
): Record<keyof Accuracy, { least: number; most: number }> {
  const range = () => ({ least: Number.POSITIVE_INFINITY, most: Number.NEGATIVE_INFINITY });
  const ranges = { wronglyAllowedShare: range(), wronglyDeniedShare: range(), worstAdmittedRatio: range() };
  for (const settled of assignments(rows, Math.max(...policies.map(({ windowMs }) => windowMs)))) {
    const values = accuracyOf(settled, policies);
    for (const name of Object.keys(ranges) as (keyof Accuracy)[]) {
      ranges[name].least = Math.min(ranges[name].least, values[name]);
      ranges[name].most = Math.max(ranges[name].most, values[name]);
    }
  }
  return ranges;
}

/** The numbers when every instant is known: by trying every subset, straight from their definition. */
export function accuracyOf(
  rows: readonly SettledRow[],
  policies: readonly SmallPolicy[],
): Record<keyof Accuracy, number> {
  const consumed = rows.filter((row) => row.consumed);
  const admitted = consumed.filter((row) => row.judged);
  const others = consumed.filter((row) => !row.judged);
  const denied = rows.filter((row) => row.kind === "denied" && row.judged);
  const admittedCost = costOf(admitted);
  const excess = admittedCost - mostThatFits(admitted, others, policies);
  const deficit = mostThatFits(denied, consumed, policies);
  const ratios = policies.flatMap(({ limit, windowMs }) =>
    admitted.map(({ at }) => costOf(inWindow(consumed, at, windowMs)) / limit),
  );
  return {
    wronglyAllowedShare: admittedCost === 0 ? 0 : excess / admittedCost,
    wronglyDeniedShare: deficit === 0 ? 0 : deficit / (admittedCost + deficit),
    worstAdmittedRatio: Math.max(0, ...ratios),
  };
}

/** The rows at the middle of their intervals; ambiguous ones consumed nothing. */
export function atMiddles(rows: readonly SmallRow[]): SettledRow[] {
  return rows.map((row) => ({
    ...row,
    at: row.kind === "ambiguous" ? row.sent : (row.sent + row.until) / 2,
    consumed: row.kind === "allowed",
  }));
}

/** Whether `value` respects `triple`, give or take rounding. */
export function respects({ least, most }: { least: number; most: number }, triple: Triple): boolean {
  const close = 1e-9;
  return (
    triple.proved <= least + close &&
    most <= triple.atMost + close &&
    triple.proved <= triple.estimate &&
    triple.estimate <= triple.atMost
  );
}

/** The most cost of `candidates` that the exact windows, which hold `fixed` anyway, would have admitted. */
function mostThatFits(
  candidates: readonly SettledRow[],
  fixed: readonly SettledRow[],
  policies: readonly SmallPolicy[],
): number {
  let most = 0;
  for (let subset = 0; subset < 1 << candidates.length; subset++) {
    const chosen = candidates.filter((_, i) => (subset >> i) & 1);
    const held = [...fixed, ...chosen];
    const fits = policies.every(({ limit, windowMs }) =>
      chosen.every(({ at }) => costOf(inWindow(held, at, windowMs)) <= limit),
    );
    if (fits) most = Math.max(most, costOf(chosen));
  }
  return most;
}

function inWindow(rows: readonly SettledRow[], at: number, windowMs: number): SettledRow[] {
  return rows.filter((row) => row.at > at - windowMs && row.at <= at);
}

function costOf(rows: readonly SmallRow[]): number {
  return rows.reduce((sum, row) => sum + row.cost, 0);
}

function* assignments(rows: readonly SmallRow[], windowMs: number): Iterable<SettledRow[]> {
  const end = Math.max(...rows.map(({ sent, until }) => (until === Number.POSITIVE_INFINITY ? sent : until)));
  function* from(i: number): Iterable<SettledRow[]> {
    const row = rows[i];
    if (row === undefined) {
      yield [];
      return;
    }
    for (const rest of from(i + 1))
      for (const settled of settlings(row, end + windowMs)) yield [settled, ...rest];
  }
  yield* from(0);
}

function settlings(row: SmallRow, end: number): SettledRow[] {
  const settled: SettledRow[] = [];
  for (let at = row.sent; at <= Math.min(row.until, end); at += 0.5)
    settled.push({ ...row, at, consumed: row.kind !== "denied" });
  return row.kind === "ambiguous" ? [...settled, { ...row, at: row.sent, consumed: false }] : settled;
}
