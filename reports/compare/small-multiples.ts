import type {
  AdmittedLine,
  Comparison,
  ComparisonRow,
  RunMeasure,
} from "../../harness/compare/comparison.ts";

/** Small pictures of the same axes, one a variant that was run. Instants are milliseconds after the left edge. */
export interface SmallMultiples {
  /** The right edge. */
  readonly untilMs: number;
  /** What the axis calls zero: the beginning of the first fault, or of the first judged phase where nothing was broken. */
  readonly zeroMs: number;
  /** The end of the axis of ratios. */
  readonly most: number;
  readonly panels: readonly Panel[];
}

/** One variant over time. */
export interface Panel {
  readonly row: ComparisonRow;
  readonly slotMs: number;
  /** Every trial; 0 where it had not begun. */
  readonly lines: readonly (readonly number[])[];
  /** The most of all trials, slot by slot. */
  readonly envelope: readonly number[];
  readonly phases: AdmittedLine["phases"];
  readonly faults: AdmittedLine["faults"];
}

/**
 * Where the pictures of all variants begin and end. A phase ends when the last answer is there, later on a busy machine,
 * so all runs are laid upon each other at their first fault. Phases and faults are those of the first trial.
 */
export function smallMultiples({ rows }: Comparison): SmallMultiples {
  const slotMs = rows.flatMap(({ runs }) => runs)[0]?.line.slotMs ?? 1;
  const zeroMs = Math.max(0, ...rows.flatMap(({ runs }) => runs.map(beginningMs)));
  const panels = rows.flatMap((row): Panel[] => {
    const lines = row.runs.map((run) => shifted(run.line.ratios, (zeroMs - beginningMs(run)) / slotMs));
    const [first] = row.runs;
    if (first === undefined) return [];
    const byMs = zeroMs - beginningMs(first);
    const later = <T extends { fromMs: number; untilMs: number }>(spans: readonly T[]): T[] =>
      spans.map((span) => ({ ...span, fromMs: span.fromMs + byMs, untilMs: span.untilMs + byMs }));
    const { phases, faults } = first.line;
    return [
      { row, slotMs, lines, envelope: envelopeOf(lines), phases: later(phases), faults: later(faults) },
    ];
  });
  const ends = panels.map(({ envelope }) => envelope.length * slotMs);
  const highest = panels.flatMap(({ envelope }) => envelope).reduce((a, b) => Math.max(a, b), 1);
  return { untilMs: Math.max(1, ...ends), zeroMs, most: Math.max(1.3, highest * 1.08), panels };
}

function beginningMs({ line }: RunMeasure): number {
  return line.faults[0]?.fromMs ?? 0;
}

function shifted(ratios: readonly number[], slots: number): number[] {
  return [...Array.from({ length: Math.round(slots) }, () => 0), ...ratios];
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

/** An instant worth a mark, and what it is called. */
export interface TimeTick {
  readonly atMs: number;
  readonly text: string;
}

/** About ten round instants before and after zero. */
export function timeTicks({ untilMs, zeroMs }: SmallMultiples): TimeTick[] {
  const steps = [1_000, 2_000, 5_000, 10_000, 30_000, 60_000, 600_000];
  const step = steps.find((ms) => untilMs / ms <= 12) ?? 3_600_000;
  const first = -Math.floor(zeroMs / step);
  const last = Math.floor((untilMs - zeroMs) / step);
  return Array.from({ length: last - first + 1 }, (_, index) => {
    const ms = (first + index) * step;
    return { atMs: zeroMs + ms, text: `${ms < 0 ? "\u2212" : ""}${Math.abs(ms) / 1_000} s` };
  });
}
