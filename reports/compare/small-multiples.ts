import type { AdmittedLine, Comparison, ComparisonRow } from "../../harness/compare/comparison.ts";

/** Small pictures of the same axes, one a variant that was run. */
export interface SmallMultiples {
  /** The end of the axis of time, in milliseconds after the first judged phase began. */
  readonly untilMs: number;
  /** The end of the axis of ratios. */
  readonly most: number;
  readonly panels: readonly Panel[];
}

/** One variant over time. */
export interface Panel {
  readonly row: ComparisonRow;
  readonly slotMs: number;
  /** Every trial. */
  readonly lines: readonly (readonly number[])[];
  /** The most of all trials, slot by slot. */
  readonly envelope: readonly number[];
  readonly phases: AdmittedLine["phases"];
  readonly faults: AdmittedLine["faults"];
}

/** Where the pictures of all variants begin and end. Phases and faults are those of the first trial. */
export function smallMultiples({ rows }: Comparison): SmallMultiples {
  const panels = rows.flatMap((row): Panel[] => {
    const lines = row.runs.map(({ line }) => line.ratios);
    const [first] = row.runs;
    if (first === undefined) return [];
    const { slotMs, phases, faults } = first.line;
    return [{ row, slotMs, lines, envelope: envelopeOf(lines), phases, faults }];
  });
  const ends = panels.map(({ envelope, slotMs }) => envelope.length * slotMs);
  const highest = panels.flatMap(({ envelope }) => envelope).reduce((a, b) => Math.max(a, b), 1);
  return { untilMs: Math.max(1, ...ends), most: Math.max(1.3, highest * 1.08), panels };
}

function envelopeOf(lines: readonly (readonly number[])[]): number[] {
  const slots = Math.max(0, ...lines.map((line) => line.length));
  return Array.from({ length: slots }, (_, slot) => Math.max(0, ...lines.map((line) => line[slot] ?? 0)));
}

/** Ratios worth a line: whole ones, or halves where there are few. */
export function ratioTicks(most: number): number[] {
  const step = most < 2.6 ? 0.5 : most < 6 ? 1 : most < 25 ? 5 : 10 ** Math.floor(Math.log10(most));
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step);
}

/** Instants worth a mark, in milliseconds: about ten of them. */
export function timeTicks(untilMs: number): number[] {
  const steps = [1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 600_000];
  const step = steps.find((ms) => untilMs / ms <= 12) ?? 3_600_000;
  return Array.from({ length: Math.floor(untilMs / step) + 1 }, (_, index) => index * step);
}
