import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exitCodeOf, judgeTrial, type TrialVerdict } from "./judge-trial.ts";
import { renderMatrix } from "./render-matrix.ts";
import { renderTable, withTable } from "./render-table.ts";
import type { Trial, TrialFinding, TrialOutcome } from "./trial.ts";

function finding(
  checker: string,
  verdict: TrialFinding["verdict"],
  more: Partial<TrialFinding> = {},
): TrialFinding {
  return { checker, verdict, kind: "proof", summary: `${checker} says ${verdict}`, phase: null, ...more };
}

const quality = (verdict: TrialFinding["verdict"]): TrialFinding =>
  finding("load-quality", verdict, { kind: "quality" });

function outcome(
  verdict: TrialOutcome["verdict"],
  findings: readonly TrialFinding[],
  trial: Partial<Trial> = {},
): TrialOutcome {
  const whole = {
    scenario: "flood",
    variant: "a",
    twinOf: [],
    convictedBy: ["within-bound"],
    seed: 1,
    ratePerSecond: 10,
    ...trial,
  };
  return { schemaVersion: 1, trial: whole, command: "npm run scenario flood", verdict, findings };
}

const twin = { variant: "a:fixed", twinOf: ["a"], convictedBy: [] };

describe("a mutant", () => {
  it("is convicted by a checker that it declares", () => {
    expect(judgeTrial(outcome("fail", [finding("within-bound", "fail")]))).toBe("convicted");
  });

  it("has escaped when only another one fails, or none", () => {
    expect(judgeTrial(outcome("fail", [finding("latency-within", "fail")]))).toBe("escaped");
    expect(judgeTrial(outcome("pass", [finding("within-bound", "pass")]))).toBe("escaped");
  });

  it("is undecided where the run could not tell", () => {
    expect(judgeTrial(outcome("inconclusive", [finding("within-bound", "inconclusive")]))).toBe("undecided");
  });
});

describe("a twin", () => {
  it("is wrongly convicted by anybody", () => {
    const findings = [finding("latency-within", "fail", { kind: "measurement" })];
    expect(judgeTrial(outcome("fail", findings, twin))).toBe("wrongly convicted");
  });

  it("is acquitted by a pass, and where only the machine was too busy", () => {
    expect(judgeTrial(outcome("pass", [finding("within-bound", "pass")], twin))).toBe("acquitted");
    const busy = [
      finding("within-bound", "pass"),
      quality("inconclusive"),
      finding("latency-within", "inconclusive", { kind: "measurement" }),
    ];
    expect(judgeTrial(outcome("inconclusive", busy, twin))).toBe("acquitted");
  });

  it("is undecided where a proof is missing, or the machine had time", () => {
    const blunt = [finding("within-bound", "inconclusive"), quality("inconclusive")];
    expect(judgeTrial(outcome("inconclusive", blunt, twin))).toBe("undecided");
    const slow = [finding("latency-within", "inconclusive", { kind: "measurement" }), quality("pass")];
    expect(judgeTrial(outcome("inconclusive", slow, twin))).toBe("undecided");
  });
});

describe("the exit code", () => {
  const verdicts = fc.array(
    fc.constantFrom<TrialVerdict>("convicted", "acquitted", "undecided", "escaped", "wrongly convicted"),
  );

  it("is that of the worst trial, whatever the order", () => {
    fc.assert(
      fc.property(verdicts, (all) => {
        const failed = all.includes("escaped") || all.includes("wrongly convicted");
        const open = all.includes("undecided") || all.length === 0;
        expect(exitCodeOf(all)).toBe(failed ? 1 : open ? 2 : 0);
      }),
    );
  });
});

describe("what is shown", () => {
  const convicted = outcome(
    "fail",
    [
      finding("within-bound", "fail", { phase: "warmup", summary: "early" }),
      finding("recovers-within", "fail", { phase: "fault", summary: "hot was let in 9 times" }),
    ],
    { convictedBy: ["within-bound", "recovers-within"] },
  );
  const escaped = outcome("inconclusive", [finding("within-bound", "inconclusive")], { seed: 2 });
  const acquitted = outcome("pass", [finding("within-bound", "pass")], twin);

  it("is a row a trial, the evidence of each conviction, and how to see again whom nobody convicted", () => {
    const text = renderMatrix([convicted, escaped, acquitted]);
    expect(text).toMatch(/a, seed 1 +F +F +convicted/);
    expect(text).toContain("recovers-within in fault: hot was let in 9 times");
    expect(text).toMatch(/a, seed 2 +\? +undecided/);
    expect(text).toContain("again: npm run scenario flood");
    expect(text).toMatch(/a:fixed, seed 1 +\. +acquitted/);
    expect(text).toContain("wb within-bound, rw recovers-within");
  });

  it("is a table that quotes the phase of the fault before the warm-up, and counts the seeds", () => {
    const table = renderTable([convicted, escaped, acquitted]);
    expect(table).toContain(
      "| flood | a | within-bound, recovers-within | 1 of 2 | fault | hot was let in 9 times |",
    );
    expect(table).toContain("| flood | a:fixed | acquitted (pass) |");
  });

  it("goes between its marks, and leaves the rest and itself alone", () => {
    const page =
      "before\n<!-- convictions: written by npm run mutants -- --write -->\nold\n<!-- end of the convictions -->\nafter\n";
    const once = withTable(page, [convicted]) ?? "";
    expect(once).toMatch(/^before\n.*\nafter\n$/s);
    expect(once).not.toContain("old");
    expect(withTable(once, [convicted])).toBe(once);
    expect(withTable("no marks", [convicted])).toBeNull();
  });
});
