import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { commonPhase } from "./common-phase.ts";

const windowMs = 8;

interface Span {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Spans in order of both ends, shorter than a window. */
const spans: fc.Arbitrary<Span[]> = fc
  .array(fc.tuple(fc.nat(6), fc.integer({ min: 1, max: windowMs - 1 })), { minLength: 1, maxLength: 8 })
  .map((steps) => {
    let fromMs = 0;
    let untilMs = 0;
    return steps.map(([stepMs, longMs]) => {
      fromMs += stepMs + 1;
      untilMs = Math.max(untilMs + 1, fromMs + longMs);
      return { fromMs, untilMs: Math.min(untilMs, fromMs + windowMs - 1) };
    });
  });

/** Exponential: whether borders on whole milliseconds can begin a window within each span. */
function hasBorders(all: readonly Span[], apartMs: number, driftMs: number): boolean {
  const [first] = all;
  const lastMs = Math.max(...all.map(({ untilMs }) => untilMs));
  const follows = (beganMs: number, open: readonly Span[]): boolean => {
    for (let movedMs = -apartMs; movedMs <= apartMs; movedMs++) {
      const atMs = beganMs + movedMs;
      const left = open.filter(({ fromMs, untilMs }) => atMs <= fromMs || atMs > untilMs);
      if (left.length === 0) return true;
      if (beganMs > lastMs + apartMs) continue;
      for (let later = windowMs - driftMs; later <= windowMs + driftMs; later++)
        if (follows(beganMs + later, left)) return true;
    }
    return false;
  };
  return Array.from({ length: 2 * windowMs }, (_, i) => (first?.fromMs ?? 0) - windowMs + i).some((atMs) =>
    follows(atMs, all),
  );
}

function isExcluded(all: readonly Span[], apartMs: number, driftMs: number): boolean {
  const borders = commonPhase(windowMs, { apartMs, driftMs });
  borders.begin(Number.NEGATIVE_INFINITY);
  return all.some(({ fromMs, untilMs }) => borders.excludedBy(fromMs, untilMs));
}

describe("windows of a common phase", () => {
  it.each([0, 1, 2])(
    "are excluded exactly where none could be %d ms longer or shorter than the last",
    (driftMs) => {
      fc.assert(
        fc.property(spans, (all) => {
          expect(isExcluded(all, 0, driftMs)).toBe(!hasBorders(all, 0, driftMs));
        }),
        { numRuns: 600 },
      );
    },
  );

  it("are excluded only where none could be, if each border may besides be off by itself", () => {
    fc.assert(
      fc.property(spans, fc.nat(1), (all, driftMs) => {
        if (isExcluded(all, 1, driftMs)) expect(hasBorders(all, 1, driftMs)).toBe(false);
      }),
      { numRuns: 300 },
    );
  });

  it("go on from where they were after a rest, as far as they may have wandered by then", () => {
    const excludedAfter = (windows: number, lateMs: number, driftMs: number): boolean =>
      isExcluded(
        [
          { fromMs: 10, untilMs: 11 },
          { fromMs: 10 + windows * windowMs + lateMs, untilMs: 11 + windows * windowMs + lateMs },
        ],
        0,
        driftMs,
      );
    expect(excludedAfter(1, 0, 0)).toBe(false);
    expect(excludedAfter(1_000, 3, 0)).toBe(true);
    expect(excludedAfter(2, 3, 1)).toBe(true);
    expect(excludedAfter(3, 3, 1)).toBe(false);
    expect(excludedAfter(1_000, 3, 0.001)).toBe(true);
    expect(excludedAfter(1_000, -3, 0.01)).toBe(false);
  });
});
