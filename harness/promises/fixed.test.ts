import { describe, expect, it } from "vitest";
import type { Promised } from "../../limiter/promised.ts";
import type { Row } from "../history/evidence-from-rows.ts";
import { type Interval, worstExcess } from "./brute-force.ts";
import { ledgerFromIntervals } from "./ledger-from-intervals.ts";
import { promiseOf } from "./promise-of.ts";
import { exceeded, simulatedRows } from "./simulated-rows.ts";
import { type SpanRecord, spanRecord } from "./span-record.ts";

const limit = 100;
const windowMs = 16;
const phases = ["epoch", "unknown", "first-hit"] as const;

/** Rows of a saturated limiter whose windows begin nobody knows when, or where `offsetMs` says. */
function admitted(promised: Promised, seed: number): Row[] {
  return simulatedRows({
    promised,
    seed,
    requests: 2_000,
    gapMs: [0.05, 0.08][seed % 2] ?? 0.05,
    burstShare: [0, 0.3][(seed >> 1) % 2] ?? 0,
    latencyMs: [0.05, 0.5, 1][seed % 3] ?? 0.05,
    offsetMs: seed * 3.25,
  }).filter(({ outcome }) => outcome === "allowed");
}

function intervalOf({ sentMs, receivedMs = sentMs, cost = 1 }: Row): Interval {
  return { sentMs, untilMs: receivedMs, cost };
}

function judged(promised: Promised, rows: readonly Row[], seed: number): SpanRecord {
  const spans = spanRecord();
  const epochOffsetMs = { atLeast: seed * 3.25 - 0.1, atMost: seed * 3.25 + 0.1 };
  promiseOf(promised).judgeSpans(
    ledgerFromIntervals(rows.map(intervalOf)),
    { slackMs: 0.01, longSlackMs: 0.2, epochOffsetMs },
    spans,
  );
  return spans;
}

describe.each(phases)("fixed windows, phase %s", (phase) => {
  const promised = { kind: "fixed", limit, windowMs, phase } as const;

  it("convict 30 of 30 limiters that admit 1.5 limits in each window", () => {
    for (let seed = 1; seed <= 30; seed++)
      expect(
        judged(promised, admitted(exceeded(promised, 1.5), seed), seed).worst(),
        `seed ${seed}`,
      ).not.toBeNull();
  });

  it("convict no limiter that keeps to them", () => {
    for (let seed = 1; seed <= 60; seed++) {
      expect(judged(promised, admitted(promised, seed), seed).worst(), `seed ${seed}`).toBeNull();
    }
  });
});

it("two windows that hold 1.5 limits each, evenly, are within the curve and impossible all the same", () => {
  const rows = Array.from({ length: 300 }, (_, i) => ({
    sentMs: (i * 32) / 300,
    receivedMs: (i * 32) / 300 + 0.05,
  }));
  for (const phase of phases) {
    const promised = { kind: "fixed", limit, windowMs, phase } as const;
    expect(worstExcess(rows.map(intervalOf), promiseOf(promised).curve, 0)).toBeLessThanOrEqual(0);
    expect(judged(promised, rows, 0).worst()).not.toBeNull();
  }
});

it("windows that wander from hit to hit are innocent as first-hit windows, guilty of a common phase", () => {
  const hits = (atMs: number, count: number): Row[] =>
    Array.from({ length: count }, () => ({ sentMs: atMs, receivedMs: atMs + 0.01 }));
  // Windows begin at 0, 17, 34, 51, ...: every other one is spent at its end, the next one at once.
  const rows = [0, 34, 68, 102].flatMap((atMs) => [
    ...hits(atMs, 1),
    ...hits(atMs + 15, 5),
    ...hits(atMs + 17, 6),
  ]);
  const six = { kind: "fixed", limit: 6, windowMs } as const;
  expect(judged({ ...six, phase: "first-hit" }, rows, 0).worst()).toBeNull();
  expect(judged({ ...six, phase: "unknown" }, rows, 0).worst()).not.toBeNull();
});

it("the proved excess of fixed windows is what one window held too many", () => {
  const promised = { kind: "fixed", limit, windowMs, phase: "epoch" } as const;
  const worst = judged(promised, admitted(exceeded(promised, 1.5), 4), 4).worst();
  expect((worst?.cost ?? 0) - (worst?.bound ?? 0)).toBeGreaterThan(40);
});
