import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Finding, FindingVerdict } from "./finding.ts";
import type { GateResult } from "./result.ts";
import { verdictOf } from "./verdict-of.ts";

const finding = (
  verdict: FindingVerdict,
  kind: Finding["kind"] = "proof",
  checker = "within-bound",
): Finding => ({
  checker,
  kind,
  verdict,
  summary: `it is ${verdict}`,
  numbers: {},
});
const gate = (verdict: FindingVerdict): GateResult => ({
  expression: "latencyMs.p99<=5",
  actual: 7,
  verdict,
  summary: "7 ms",
});

describe("the verdict of a run", () => {
  it("is a pass only with a passing proof", () => {
    expect(verdictOf([finding("pass")], [])).toMatchObject({ verdict: "pass", exitCode: 0 });
    expect(verdictOf([finding("pass", "measurement")], [])).toMatchObject({
      verdict: "inconclusive",
      exitCode: 2,
    });
    expect(verdictOf([finding("not-applicable")], []).verdict).toBe("inconclusive");
    expect(verdictOf([], []).verdict).toBe("inconclusive");
  });

  it("is a fail as soon as one finding or gate fails, and says which", () => {
    expect(verdictOf([finding("pass"), finding("fail"), finding("inconclusive")], [])).toMatchObject({
      verdict: "fail",
      exitCode: 1,
      reason: "within-bound: it is fail",
    });
    expect(verdictOf([finding("pass")], [gate("fail")])).toMatchObject({
      verdict: "fail",
      reason: "gate latencyMs.p99<=5: 7 ms",
    });
  });

  it("is never better than any voice that counts", () => {
    const rank = { fail: 0, inconclusive: 1, pass: 2 } as const;
    const verdicts = fc.constantFrom<FindingVerdict>("pass", "fail", "inconclusive", "not-applicable");
    fc.assert(
      fc.property(fc.array(verdicts), fc.array(verdicts), (ofFindings, ofGates) => {
        const { verdict } = verdictOf(
          ofFindings.map((v) => finding(v)),
          ofGates.map(gate),
        );
        for (const voice of [...ofFindings, ...ofGates]) {
          if (voice !== "not-applicable") expect(rank[verdict]).toBeLessThanOrEqual(rank[voice]);
        }
      }),
    );
  });
});
