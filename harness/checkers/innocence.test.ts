import { describe, expect, it } from "vitest";
import type { Promised } from "../../limiter/promised.ts";
import { evidenceFromRows, type Row } from "../history/evidence-from-rows.ts";
import { exceeded, policyOf, simulatedRows } from "../promises/simulated-rows.ts";
import { noFalseDenials } from "./no-false-denials.ts";
import { withinBound } from "./within-bound.ts";

const promises: readonly Promised[] = [
  { kind: "window", limit: 6, windowMs: 16 },
  { kind: "rate", burst: 7, limit: 4, windowMs: 16 },
  { kind: "two-counters", limit: 6, windowMs: 16 },
  { kind: "two-counters", limit: 6, windowMs: 16, floorsPrevious: true },
  { kind: "fixed", limit: 6, windowMs: 16, phase: "epoch" },
  { kind: "fixed", limit: 6, windowMs: 16, phase: "unknown" },
  { kind: "fixed", limit: 6, windowMs: 16, phase: "first-hit" },
];

/** The clock's offset that a seed stands for, and what a run would know of it. */
function offsetOf(seed: number): { offsetMs: number; known: { atLeast: number; atMost: number } | null } {
  const offsetMs = (seed * 7) % 1_003;
  if (seed % 4 === 0) return { offsetMs, known: null };
  const width = (seed % 3) * 0.5;
  return { offsetMs, known: { atLeast: offsetMs - width / 2, atMost: offsetMs + width } };
}

function simulationOf(promised: Promised, seed: number) {
  return {
    promised,
    seed,
    requests: 150,
    subjects: 1 + (seed % 2),
    gapMs: [0.5, 1, 2, 3][seed % 4] ?? 1,
    latencyMs: [0, 0.25, 2, 20][(seed >> 2) % 4] ?? 0,
    lostShare: [0, 0, 0.05, 0.3][(seed >> 4) % 4] ?? 0,
    mostCost: [1, 1, 3][seed % 3] ?? 1,
    offsetMs: offsetOf(seed).offsetMs,
  };
}

function evidenceOf(promised: Promised, seed: number, rows: readonly Row[]) {
  return evidenceFromRows({
    policy: policyOf(promised),
    promises: { upper: promised, lower: promised },
    rows,
    epochOffsetMs: offsetOf(seed).known,
  });
}

describe.each(promises.map((promised) => ({ name: Object.values(promised).join(" "), promised })))(
  "an exact limiter of $name",
  ({ promised }) => {
    it("is never convicted, whatever is slow or lost", () => {
      for (let seed = 1; seed <= 600; seed++) {
        const rows = simulatedRows(simulationOf(promised, seed));
        const evidence = evidenceOf(promised, seed, rows);
        expect(withinBound().check(evidence).verdict, `seed ${seed}`).not.toBe("fail");
        expect(noFalseDenials().check(evidence).verdict, `seed ${seed}`).not.toBe("fail");
      }
    });

    it("is never convicted for a clock that drifts by what was measured", () => {
      for (let seed = 1; seed <= 60; seed++) {
        const clockRate = 1 + (seed % 2 === 0 ? 1e-3 : -1e-3);
        const rows = simulatedRows({
          ...simulationOf(promised, seed),
          requests: 400,
          latencyMs: 0.1,
          offsetMs: 0,
          clockRate,
        });
        const offsets = rows.flatMap(({ sentMs, receivedMs = sentMs }) =>
          [sentMs, receivedMs].map((atMs) => atMs * (clockRate - 1)),
        );
        const evidence = evidenceFromRows({
          policy: policyOf(promised),
          promises: { upper: promised, lower: promised },
          rows,
          slackMs: 1.5 * 16 * 1e-3,
          epochOffsetMs: { atLeast: Math.min(...offsets), atMost: Math.max(...offsets) },
        });
        expect(withinBound().check(evidence).verdict, `seed ${seed}`).not.toBe("fail");
        expect(noFalseDenials().check(evidence).verdict, `seed ${seed}`).not.toBe("fail");
      }
    });

    it("does not become guilty when any answer is lost", () => {
      for (let seed = 1; seed <= 100; seed++) {
        const rows = simulatedRows({ ...simulationOf(promised, seed), requests: 60 });
        const lost = rows.map(({ subject, sentMs, cost, ...answer }, at) =>
          (at * 31 + seed) % 5 === 0
            ? plain({ subject, sentMs, cost })
            : plain({ subject, sentMs, cost, ...answer }),
        );
        const evidence = evidenceOf(promised, seed, lost);
        expect(withinBound().check(evidence).verdict).not.toBe("fail");
        expect(noFalseDenials().check(evidence).verdict).not.toBe("fail");
      }
    });
  },
);

function plain(row: { [Key in keyof Row]?: Row[Key] | undefined }): Row {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== undefined)) as unknown as Row;
}

describe.each(
  promises
    .map(
      (promised) =>
        ({ ...promised, limit: 100, ...(promised.kind === "rate" ? { burst: 100 } : {}) }) as Promised,
    )
    .map((promised) => ({ name: Object.values(promised).join(" "), promised })),
)("a limiter of $name that is saturated and seen sharply", ({ promised }) => {
  const simulation = { promised, requests: 6_000, gapMs: 0.04, burstShare: 0, latencyMs: 0.03, offsetMs: 0 };
  const known = { atLeast: 0, atMost: 0 };
  const evidenceAt = (factor: number, seed: number) =>
    evidenceFromRows({
      policy: policyOf(promised),
      promises: { upper: promised, lower: promised },
      rows: simulatedRows({ ...simulation, promised: exceeded(promised, factor), seed }),
      epochOffsetMs: known,
    });

  it("passes both checkers when it is exact", () => {
    for (let seed = 1; seed <= 5; seed++) {
      const evidence = evidenceAt(1, seed);
      const bound = withinBound().check(evidence);
      expect(bound.verdict, bound.summary).toBe("pass");
      const denials = noFalseDenials().check(evidence);
      expect(denials.verdict, denials.summary).toBe("pass");
    }
  });

  it("is convicted when it lets in 6 % too many", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const finding = withinBound().check(evidenceAt(1.06, seed));
      expect(finding.verdict, finding.summary).toBe("fail");
    }
  });

  it("is convicted when it lets in 6 % too few", () => {
    for (let seed = 1; seed <= 10; seed++) {
      const finding = noFalseDenials().check(evidenceAt(0.94, seed));
      expect(finding.verdict, finding.summary).toBe("fail");
    }
  });
});
