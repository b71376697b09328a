import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { JudgedRun } from "../report-format.ts";
import { type DrawnRow, drawnHistory } from "../sample/drawn-history.ts";
import { outageBackMs } from "../sample/outage-story.ts";
import { inconclusiveRun, outageRun } from "../sample-run.ts";
import { type RecoveryOutcome, recoveries } from "./recoveries.ts";

const { result } = outageRun();
const template = result.faults[0];
if (template === undefined) throw new Error("the sample outage has a fault");

/** Faults in force on replica 0 from 101 to 199, healed at 210, with further ones as given. */
function run(rows: readonly Partial<DrawnRow>[], more: readonly { atMs: number; untilMs: number }[] = []) {
  const history = drawnHistory(
    rows.map((row) => ({
      atMs: 0,
      tookMs: 1,
      replica: 0,
      outcome: "allowed",
      source: "redis",
      ...row,
    })),
  );
  const spans = [{ atMs: 100, untilMs: 210 }, ...more];
  const faults = spans.map(({ atMs, untilMs }) => ({
    ...template,
    replicas: [0],
    atMs,
    untilMs,
    injectedMs: atMs + 1,
    healingMs: untilMs - 11,
  }));
  return { history, result: { ...result, faults } } as JudgedRun;
}

const first = (judged: JudgedRun): RecoveryOutcome | undefined => recoveries(judged)[0]?.outcome;
const local = { source: "local" } as const;

describe("recoveries", () => {
  it("tell for each replica of an outage when Redis first answered again", () => {
    const back = recoveries(outageRun()).filter(({ fault }) => fault === 0);
    expect(back.map(({ replica }) => replica)).toEqual([0, 1, 2]);
    for (const { outcome, replica } of back) {
      const certainMs = outageBackMs[replica] ?? 0;
      expect(outcome.kind).toBe("back");
      if (outcome.kind !== "back") continue;
      expect(outcome.afterMs).toBeGreaterThan(certainMs);
      expect(outcome.afterMs).toBeLessThan(certainMs + 25);
    }
  });

  it("say that a replica stayed on Redis when none of its answers did without it", () => {
    expect(recoveries(outageRun()).at(-1)?.outcome).toEqual({ kind: "stayed" });
  });

  it("count from the end of healing, and not below zero", () => {
    expect(first(run([{ atMs: 150, ...local }, { atMs: 300 }]))).toEqual({
      kind: "back",
      afterMs: 91,
      atMs: 301,
    });
    expect(first(run([{ atMs: 150, ...local }, { atMs: 203 }]))).toEqual({
      kind: "back",
      afterMs: 0,
      atMs: 204,
    });
  });

  it("take refusals, errors and lost answers for doing without Redis", () => {
    for (const outcome of ["unavailable", "error", "lost"] as const)
      expect(first(run([{ atMs: 150, outcome, source: "unlabelled" }, { atMs: 300 }]))?.kind).toBe("back");
  });

  it("take no single lost answer beside those of Redis for it", () => {
    const rows = [{ atMs: 140 }, { atMs: 150, outcome: "lost" as const }, { atMs: 300 }];
    expect(first(run(rows))).toEqual({ kind: "stayed" });
    expect(new Set(recoveries(inconclusiveRun()).map(({ outcome }) => outcome.kind))).toEqual(
      new Set(["stayed"]),
    );
  });

  it("never take another replica's answer, nor one from before healing began, for a recovery", () => {
    const gone = { kind: "gone", by: null };
    expect(first(run([{ atMs: 150, ...local }, { atMs: 160 }, { atMs: 300, ...local }]))).toEqual(gone);
    expect(
      first(
        run([
          { atMs: 150, ...local },
          { atMs: 300, replica: 1 },
          { atMs: 301, ...local },
        ]),
      ),
    ).toEqual(gone);
  });

  it("stop at the next fault of the same replica, and name it", () => {
    const rows = [{ atMs: 150, ...local }, { atMs: 220, ...local }, { atMs: 900 }];
    expect(first(run(rows, [{ atMs: 230, untilMs: 400 }]))).toEqual({ kind: "gone", by: 1 });
    expect(first(run(rows, [{ atMs: 905, untilMs: 990 }]))).toMatchObject({ kind: "back" });
    expect(first(run(rows, [{ atMs: 110, untilMs: 200 }]))).toMatchObject({ kind: "back" });
  });

  it("know nothing of answers that do not say who decided", () => {
    const source = "unlabelled";
    expect(
      first(
        run([
          { atMs: 150, source },
          { atMs: 300, source },
        ]),
      )?.kind,
    ).toBe("unknown");
    expect(
      first(
        run([
          { atMs: 150, outcome: "error", source },
          { atMs: 300, source },
        ]),
      )?.kind,
    ).toBe("unknown");
    expect(first(run([]))?.kind).toBe("unknown");
    expect(recoveries(inconclusiveRun())).toHaveLength(4);
  });

  it("are the earliest answer of Redis after the healing, whatever the order of the rows", () => {
    const times = fc.uniqueArray(fc.integer({ min: 199, max: 5_000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(times, (atMs) => {
        const outcome = first(run([...atMs.map((one) => ({ atMs: one })), { atMs: 150, ...local }]));
        expect(outcome).toMatchObject({ kind: "back", atMs: Math.min(...atMs) + 1 });
      }),
    );
  });
});
