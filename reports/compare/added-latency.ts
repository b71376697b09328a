import type { BlockNumbers, ComparisonRow } from "../../harness/compare/comparison.ts";

/**
 * What the median latency of `row` has over that of the limiter that limits nothing, block by block, in milliseconds; over that
 * of its own controls where no such limiter was run.
 */
export function addedP50Ms(row: ComparisonRow, rows: readonly ComparisonRow[]): number[] {
  const free = freeOf(rows);
  return free === undefined
    ? over(
        row,
        row,
        ({ p50Ms }) => p50Ms,
        ({ controlP50Ms }) => controlP50Ms,
      )
    : over(row, free, ({ p50Ms }) => p50Ms);
}

/** The same of the 99th percentile; of so few controls nobody can tell, so nothing where no such limiter was run. */
export function addedP99Ms(row: ComparisonRow, rows: readonly ComparisonRow[]): number[] {
  const free = freeOf(rows);
  return free === undefined ? [] : over(row, free, ({ p99Ms }) => p99Ms);
}

function freeOf(rows: readonly ComparisonRow[]): ComparisonRow | undefined {
  return rows.find(({ limits, blocks }) => !limits && blocks.length > 0);
}

type NumberOf = (numbers: BlockNumbers) => number | null;

function over(row: ComparisonRow, base: ComparisonRow, of: NumberOf, ofBase: NumberOf = of): number[] {
  return row.blocks.flatMap(({ block, numbers }) => {
    const partner = base.blocks.find((one) => one.block === block);
    const own = of(numbers);
    const its = partner === undefined ? null : ofBase(partner.numbers);
    return own === null || its === null ? [] : [own - its];
  });
}
