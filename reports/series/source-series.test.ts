import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type DrawnRow, drawnHistory } from "../sample/drawn-history.ts";
import { guiltyRun, outageRun } from "../sample-run.ts";
import { deciders, sourceSeries } from "./source-series.ts";
import { timeLine } from "./time-line.ts";
import { toldSources } from "./told-sources.ts";

const rows = fc.array(
  fc.record<DrawnRow>({
    atMs: fc.integer({ min: 0, max: 2_000 }),
    tookMs: fc.integer({ min: 0, max: 50 }),
    replica: fc.integer({ min: 0, max: 3 }),
    outcome: fc.constantFrom(
      "allowed",
      "denied",
      "unavailable",
      "error",
      "lost",
      "dropped",
      "control",
      "refused",
    ),
    source: fc.constantFrom("redis", "local", "unlabelled"),
  }),
  { maxLength: 60 },
);

describe("who decided", () => {
  it("counts every request that was sent to the limiter once, under its replica", () => {
    fc.assert(
      fc.property(rows, (drawn) => {
        const { replicas, totals } = sourceSeries(drawnHistory(drawn));
        const asked = drawn.filter(({ outcome }) => outcome !== "dropped" && outcome !== "control");
        expect(deciders.reduce((sum, name) => sum + totals[name], 0)).toBe(asked.length);
        expect(replicas.map(({ replica }) => replica)).toEqual(
          [...new Set(asked.map(({ replica }) => replica))].sort(),
        );
        for (const { replica, counts } of replicas)
          for (const name of ["redis", "local"] as const)
            expect(counts[name].reduce((a, b) => a + b, 0)).toBe(
              asked.filter(
                (row) =>
                  row.replica === replica &&
                  row.source === name &&
                  (row.outcome === "allowed" || row.outcome === "denied"),
              ).length,
            );
      }),
    );
  });

  it("agrees with the time line slot by slot", () => {
    const { history } = outageRun();
    const { replicas } = sourceSeries(history);
    const { unavailable, offered } = timeLine(history);
    for (const [slot, many] of offered.entries()) {
      const here = (names: readonly (typeof deciders)[number][]) =>
        replicas.reduce(
          (sum, { counts }) => sum + names.reduce((a, name) => a + (counts[name][slot] ?? 0), 0),
          0,
        );
      expect(here(deciders)).toBe(many);
      expect(here(["unavailable"])).toBe(unavailable[slot]);
    }
  });

  it("is told of an outage, and not of a run that Redis decided alone", () => {
    expect(toldSources(outageRun())?.totals).toMatchObject({ unlabelled: 0, undecided: 0 });
    expect(toldSources(guiltyRun())).toBeNull();
  });
});
