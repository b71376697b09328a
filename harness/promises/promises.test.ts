import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Promised } from "../../limiter/promised.ts";
import { couldAllBeAdmitted, couldBeRightlyDenied, type Interval, worstExcess } from "./brute-force.ts";
import { hasPhase } from "./has-phase.ts";
import { closeLedger, emptyLedger, enter } from "./ledger.ts";
import { ledgerFromIntervals } from "./ledger-from-intervals.ts";
import type { Terms } from "./promise.ts";
import { promiseOf } from "./promise-of.ts";
import { spanRecord } from "./span-record.ts";

/** One of each kind, small enough for brute force; windows are powers of two, so that no brute force rounds. */
const limited: readonly Promised[] = [
  { kind: "window", limit: 2, windowMs: 4 },
  { kind: "window", limit: 3, windowMs: 8 },
  { kind: "rate", burst: 2, limit: 2, windowMs: 4 },
  { kind: "rate", burst: 3, limit: 1, windowMs: 4 },
  { kind: "two-counters", limit: 2, windowMs: 4 },
  { kind: "two-counters", limit: 3, windowMs: 4, floorsPrevious: true },
  { kind: "two-counters", limit: 2, windowMs: 4, phase: "unknown" },
  {
    kind: "two-counters",
    limit: 3,
    windowMs: 4,
    phase: "unknown",
    floorsPrevious: true,
    stampedBefore: true,
  },
  { kind: "fixed", limit: 2, windowMs: 4, phase: "epoch" },
  { kind: "fixed", limit: 2, windowMs: 4, phase: "unknown" },
  { kind: "fixed", limit: 2, windowMs: 4, phase: "first-hit" },
  { kind: "fixed", limit: 3, windowMs: 4, phase: "first-hit" },
];

function nameOf(promised: Promised): string {
  return Object.values(promised).join(" ");
}

/** All offsets that matter on a grid of whole milliseconds where the phase is nobody's business. */
function offsetsFor(promised: Promised): number[] {
  if (!hasPhase(promised, ["unknown"]) || !("windowMs" in promised)) return [0];
  return Array.from({ length: promised.windowMs }, (_, offset) => offset);
}

function termsFor(promised: Promised): Terms {
  const known = hasPhase(promised, ["epoch"]);
  return { slackMs: 0, longSlackMs: 0, epochOffsetMs: known ? { atLeast: 0, atMost: 0 } : null };
}

/** The greatest proved excess of any span; 0 if there is none. */
function provedExcess(rows: readonly Interval[], promised: Promised, terms = termsFor(promised)): number {
  const spans = spanRecord();
  promiseOf(promised).judgeSpans(ledgerFromIntervals(rows), terms, spans);
  const worst = spans.worst();
  return worst === null ? 0 : worst.cost - worst.bound;
}

/** How far beyond the limit `denied` may have been, at most; 0 or less proves it wrong. */
function denialExcess(denied: Interval, consumed: readonly Interval[], promised: Promised): number {
  const atMs = [denied, ...consumed]
    .map(({ sentMs }) => sentMs)
    .filter((t) => t >= denied.sentMs && t <= denied.untilMs)
    .sort((a, b) => a - b);
  const out = new Float64Array(atMs.length);
  const kind = promiseOf(promised);
  kind.possibleExcess(
    ledgerFromIntervals(consumed),
    termsFor(promised),
    Float64Array.from(atMs),
    atMs.length,
    out,
  );
  return Math.max(...out) + denied.cost;
}

function intervals({ most, runMs, longestMs }: { most: number; runMs: number; longestMs: number }) {
  return fc.array(
    fc
      .record({ sentMs: fc.nat(runMs), lengthMs: fc.nat(longestMs), cost: fc.constantFrom(1, 1, 1, 2) })
      .map(({ sentMs, lengthMs, cost }) => ({ sentMs, untilMs: sentMs + lengthMs, cost })),
    { minLength: 1, maxLength: most },
  );
}

const small = intervals({ most: 5, runMs: 14, longestMs: 3 });
const points = intervals({ most: 8, runMs: 14, longestMs: 0 });
const large = intervals({ most: 40, runMs: 150, longestMs: 20 });

describe.each(limited.map((promised) => ({ name: nameOf(promised), promised })))("$name", ({ promised }) => {
  const offsetsMs = offsetsFor(promised);

  it("convicts only what no exact limiter could have admitted", () => {
    fc.assert(
      fc.property(small, (rows) => {
        if (provedExcess(rows, promised) > 0)
          expect(couldAllBeAdmitted(rows, promised, { offsetsMs })).toBe(false);
      }),
      { numRuns: 800 },
    );
  });

  it("calls only those denials wrong that no exact limiter could have made", () => {
    fc.assert(
      fc.property(small, fc.nat(2), ([denied, ...others], lost) => {
        if (denied === undefined || denied.cost > promiseOf(promised).capacity) return;
        if (denialExcess(denied, others, promised) > 0) return;
        const certain = others.slice(lost);
        const ambiguous = others.slice(0, lost);
        expect(couldBeRightlyDenied(denied, certain, ambiguous, promised, { offsetsMs })).toBe(false);
      }),
      { numRuns: 400 },
    );
  });
});

/** All but those whose rules give away a little on purpose: where windows begin anywhere, and where counts are rounded. */
function isExactOnPoints(promised: Promised): boolean {
  if (promised.kind === "fixed") return promised.phase !== "first-hit";
  if (promised.kind === "two-counters" && promised.phase === "unknown") return false;
  return promised.kind !== "two-counters" || promised.floorsPrevious !== true;
}

describe.each(limited.filter(isExactOnPoints).map((p) => ({ name: nameOf(p), promised: p })))(
  "$name, where intervals are points",
  ({ promised }) => {
    const offsetsMs = offsetsFor(promised);

    it("convicts exactly what is infeasible", () => {
      fc.assert(
        fc.property(points, (rows) => {
          expect(provedExcess(rows, promised) > 0).toBe(!couldAllBeAdmitted(rows, promised, { offsetsMs }));
        }),
        { numRuns: 1_000 },
      );
    });

    it("calls exactly those denials wrong that are", () => {
      fc.assert(
        fc.property(points, ([denied, ...others]) => {
          if (denied === undefined) return;
          const wrong = !couldBeRightlyDenied(denied, others, [], promised, { offsetsMs });
          // Debts are rounded up by far less than a cost.
          expect(denialExcess(denied, others, promised) <= 1e-6).toBe(wrong);
        }),
        { numRuns: 1_000 },
      );
    });
  },
);

const curves: readonly Promised[] = [
  ...limited.filter((promised) => promised.kind !== "fixed" && !hasPhase(promised, ["unknown"])),
  { kind: "window", limit: 2, windowMs: 10 },
  { kind: "window", limit: 5, windowMs: 3 },
  { kind: "rate", burst: 7, limit: 3, windowMs: 10 },
  {
    kind: "sum",
    parts: Array.from({ length: 3 }, () => ({ kind: "window", limit: 1, windowMs: 5 }) as const),
  },
  {
    kind: "sum",
    parts: [
      { kind: "window", limit: 1, windowMs: 8 },
      { kind: "rate", burst: 1, limit: 1, windowMs: 4 },
    ],
  },
];

it.each(curves.map((promised) => ({ name: JSON.stringify(promised), promised })))(
  "the worst span of $name is that of all pairs of a start and an end",
  ({ promised }) => {
    const { curve } = promiseOf(promised);
    fc.assert(
      fc.property(large, fc.constantFrom(0, 1, 2), (rows, slackMs) => {
        const all = worstExcess(rows, curve, slackMs);
        expect(provedExcess(rows, promised, { slackMs, longSlackMs: slackMs, epochOffsetMs: null })).toBe(
          Math.max(0, all),
        );
      }),
      { numRuns: 300 },
    );
  },
);

it("a bucket that is never empty remembers how the clock has wandered since it was", () => {
  const kind = promiseOf({ kind: "rate", burst: 20, limit: 20, windowMs: 1_000 });
  const slowness = 0.999;
  // Drained at once, and from then on one more whenever the slow clock says that there is room for it.
  const rows = Array.from({ length: 1_000 }, (_, i) => (Math.max(0, i - 19) * 50) / slowness);
  const ledger = emptyLedger(rows.length);
  for (const atMs of rows) enter(ledger, atMs, atMs, 1, 0);
  closeLedger(ledger);
  const deniedMs = (rows.at(-1) ?? 0) + 50 / slowness - 0.01;
  const excess = (longSlackMs: number): number => {
    const out = new Float64Array(1);
    const terms = { slackMs: 0.1, longSlackMs, epochOffsetMs: null };
    kind.possibleExcess(ledger, terms, Float64Array.of(deniedMs), 1, out);
    return (out[0] ?? 0) + 1;
  };
  expect(excess(0.1)).toBeLessThan(0);
  expect(excess(deniedMs * (1 - slowness) + 0.1)).toBeGreaterThan(0);
});
