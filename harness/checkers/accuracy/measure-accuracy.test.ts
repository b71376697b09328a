import fc from "fast-check";
import { expect, test } from "vitest";
import type { Evidence } from "../../history/evidence.ts";
import { evidenceFromRows, type Row } from "../../history/evidence-from-rows.ts";
import type { PhaseSpan } from "../../history/history.ts";
import type { Accuracy } from "../../verdict/result.ts";
import { accuracyOf, atMiddles, bruteForceAccuracy, respects, type SmallRow } from "./brute-force.ts";
import { measureAccuracy } from "./measure-accuracy.ts";

const names = ["wronglyAllowedShare", "wronglyDeniedShare", "worstAdmittedRatio"] as const;
const span = { fromMs: 0, untilMs: 100, model: "open" } as const;
const phases: readonly PhaseSpan[] = [
  { ...span, name: "judged", role: "judged" },
  { ...span, name: "warmup", role: "warmup" },
];

interface Small {
  readonly limit: number;
  readonly windowMs: number;
  readonly rows: readonly SmallRow[];
}

/** Small histories that crowd a window; `lengths` are those of the intervals. */
function histories({
  costs,
  lengths,
  rows,
}: {
  costs: number;
  lengths: number;
  rows: number;
}): fc.Arbitrary<Small> {
  const row = fc
    .record({
      sent: fc.oneof(fc.integer({ min: 0, max: 9 }), fc.integer({ min: 0, max: 3 })),
      length: fc.integer({ min: 0, max: lengths }),
      cost: fc.integer({ min: 1, max: costs }),
      kind: fc.constantFrom("allowed", "allowed", "allowed", "denied", "denied", "ambiguous"),
      open: fc.boolean(),
      judged: fc.constantFrom(true, true, true, false),
    })
    .map(({ sent, length, open, ...rest }): SmallRow => {
      const until = rest.kind === "ambiguous" && open ? Number.POSITIVE_INFINITY : sent + length;
      return { ...rest, kind: rest.kind as SmallRow["kind"], sent, until };
    });
  return fc.record({
    limit: fc.integer({ min: 1, max: 3 }),
    windowMs: fc.integer({ min: 1, max: 5 }),
    rows: fc.array(row, { minLength: 1, maxLength: rows }).filter(crossesFewInstants),
  });
}

/** Keeps the brute force small. */
function crossesFewInstants(rows: readonly SmallRow[]): boolean {
  return rows.reduce((n, { sent, until }) => n * (2 * (Math.min(until, 14) - sent) + 1), 1) <= 20_000;
}

function evidenceOf({ limit, windowMs, rows }: Small, slackMs = 0): Evidence {
  const quiet = rows.filter(({ kind, until }) => kind === "ambiguous" && until < Number.POSITIVE_INFINITY);
  return evidenceFromRows({
    policy: { name: "p", limit, windowMs },
    phases,
    slackMs,
    // Every row has a replica of its own, whose end and quiescence end it.
    quiescences: quiet.map((row) => ({ replica: rows.indexOf(row), atMs: row.until })),
    lives: rows.map(({ kind, until }, replica) => ({
      replica,
      fromMs: -1,
      untilMs: kind === "ambiguous" && until < Number.POSITIVE_INFINITY ? until : null,
    })),
    rows: rows.map(
      ({ sent, until, cost, kind, judged }, replica): Row => ({
        sentMs: sent,
        receivedMs: kind === "ambiguous" ? Number.NaN : until,
        outcome: kind === "ambiguous" ? "lost" : kind,
        cost,
        phase: judged ? "judged" : "warmup",
        replica,
      }),
    ),
  });
}

function expectLaw(small: Small, slackMs = 0): Accuracy | null {
  const measured = measureAccuracy(evidenceOf(small, slackMs));
  if (measured === null) return null;
  for (const windowMs of new Set([small.windowMs - slackMs, small.windowMs, small.windowMs + slackMs])) {
    const truth = bruteForceAccuracy(small.rows, [{ limit: small.limit, windowMs }]);
    for (const name of names)
      expect(
        respects(truth[name], measured[name]),
        `${name} ${JSON.stringify([truth[name], measured[name]])}`,
      ).toBe(true);
  }
  return measured;
}

test("encloses the truth under every order of events, for unit cost", () => {
  fc.assert(
    fc.property(histories({ costs: 1, lengths: 2, rows: 6 }), (small) => {
      expectLaw(small);
    }),
    { numRuns: 1_200 },
  );
});

test("encloses the truth under every order of events, for weighted cost", () => {
  fc.assert(
    fc.property(histories({ costs: 3, lengths: 2, rows: 6 }), (small) => {
      expectLaw(small);
    }),
    { numRuns: 1_200 },
  );
});

test("encloses the truth of every window that the slack of the clock leaves possible", () => {
  fc.assert(
    fc.property(histories({ costs: 2, lengths: 1, rows: 6 }), (small) => {
      expectLaw({ ...small, windowMs: small.windowMs + 1 }, 0.5);
    }),
    { numRuns: 300 },
  );
});

test("equals the truth where every instant is known and costs are one", () => {
  fc.assert(
    fc.property(histories({ costs: 1, lengths: 0, rows: 10 }), (small) => {
      const rows = small.rows.filter(({ kind }) => kind !== "ambiguous");
      const measured = measureAccuracy(evidenceOf({ ...small, rows }));
      const truth = accuracyOf(atMiddles(rows), [small]);
      for (const name of names) if (measured) expect(measured[name].estimate).toBeCloseTo(truth[name], 12);
    }),
    { numRuns: 500 },
  );
});

test("estimates the truth at the middles of the intervals where costs are one", () => {
  fc.assert(
    fc.property(histories({ costs: 1, lengths: 3, rows: 9 }), (small) => {
      const measured = measureAccuracy(evidenceOf(small));
      const truth = accuracyOf(atMiddles(small.rows), [small]);
      for (const name of names) if (measured) expect(measured[name].estimate).toBeCloseTo(truth[name], 12);
    }),
    { numRuns: 500 },
  );
});

test("encloses the truth of several policies at once", () => {
  const second = fc.record({
    limit: fc.integer({ min: 1, max: 4 }),
    windowMs: fc.integer({ min: 1, max: 9 }),
  });
  fc.assert(
    fc.property(histories({ costs: 2, lengths: 1, rows: 6 }), second, (small, other) => {
      const evidence = evidenceOf(small);
      const claims = evidence.claims.flatMap((claim) => [
        claim,
        { ...claim, policy: { name: "q", ...other } },
      ]);
      const measured = measureAccuracy({ ...evidence, claims });
      const truth = bruteForceAccuracy(small.rows, [small, other]);
      for (const name of names) if (measured) expect(respects(truth[name], measured[name]), name).toBe(true);
    }),
    { numRuns: 600 },
  );
});

test("a denial that grows into another's window is not proved wrong", () => {
  const rows: SmallRow[] = [
    { sent: 0, until: 10, cost: 1, kind: "denied", judged: true },
    { sent: 1, until: 2, cost: 1, kind: "denied", judged: true },
    { sent: 5, until: 5, cost: 1, kind: "allowed", judged: true },
  ];
  const measured = measureAccuracy(evidenceOf({ limit: 2, windowMs: 20, rows }));
  expect(measured?.deficitCost).toEqual({ proved: 1, estimate: 1, atMost: 2 });
});
