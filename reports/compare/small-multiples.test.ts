import { describe, expect, it } from "vitest";
import { sampleComparison, sampleMeasure } from "../../harness/compare/sample-comparison.ts";
import { ratioTicks, smallMultiples, timeTicks } from "./small-multiples.ts";

/** A run whose first phase took `lateMs` longer than it should. */
function lateRun(lateMs: number, trial = 1) {
  const { line } = sampleMeasure();
  const later = <T extends { fromMs: number; untilMs: number }>(spans: readonly T[]) =>
    spans.map((span) => ({ ...span, fromMs: span.fromMs + lateMs, untilMs: span.untilMs + lateMs }));
  const waiting = Array.from({ length: lateMs / line.slotMs }, () => 0.2);
  const ratios = [...waiting, ...line.ratios];
  return sampleMeasure({ trial, line: { ...line, ratios, faults: later(line.faults) } });
}

function multiplesOf(...runs: readonly (readonly ReturnType<typeof lateRun>[])[]) {
  const [row] = sampleComparison().rows;
  const rows = runs.flatMap((own) => (row === undefined ? [] : [{ ...row, runs: own }]));
  return smallMultiples(sampleComparison({ rows }));
}

describe("small multiples", () => {
  it("lay all runs upon each other at their first fault", () => {
    const { panels, zeroMs } = multiplesOf([lateRun(0)], [lateRun(800)]);
    expect(panels.map(({ faults }) => faults[0]?.fromMs)).toEqual([zeroMs, zeroMs]);
    expect(panels[1]?.lines[0]).toEqual(panels[0]?.lines[0]);
  });

  it("have one axis of ratios for all, with room for the highest", () => {
    const { most, panels } = multiplesOf([lateRun(0)], [lateRun(300), lateRun(500, 2)]);
    for (const value of panels.flatMap(({ envelope }) => envelope)) expect(value).toBeLessThan(most);
    expect(most).toBeGreaterThan(1);
  });

  it("have an envelope that no trial passes and some trial reaches", () => {
    const [panel] = multiplesOf([lateRun(0), lateRun(400, 2)]).panels;
    for (const [slot, value] of (panel?.envelope ?? []).entries())
      expect(value).toBe(Math.max(...(panel?.lines ?? []).map((line) => line[slot] ?? 0)));
  });

  it("begin at the first judged phase where nothing was broken", () => {
    const { line } = sampleMeasure();
    const { zeroMs } = multiplesOf([sampleMeasure({ line: { ...line, faults: [] } })]);
    expect(zeroMs).toBe(0);
  });

  it("are marked at round instants around zero, and at round ratios", () => {
    const multiples = multiplesOf([lateRun(0)]);
    const ticks = timeTicks(multiples);
    expect(ticks.find(({ text }) => text === "0 s")?.atMs).toBe(multiples.zeroMs);
    expect(ticks.length).toBeGreaterThan(5);
    for (const { atMs } of ticks) {
      expect(atMs).toBeGreaterThanOrEqual(0);
      expect(atMs).toBeLessThanOrEqual(multiples.untilMs);
    }
    for (const most of [1.3, 2.2, 5, 13, 400]) expect(ratioTicks(most).length).toBeLessThan(11);
  });
});
