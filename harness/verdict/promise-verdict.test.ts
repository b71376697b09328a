import { describe, expect, it } from "vitest";
import type { Finding, FindingVerdict } from "./finding.ts";
import { promiseVerdict } from "./promise-verdict.ts";

const finding = (checker: string, kind: Finding["kind"], verdict: FindingVerdict): Finding => ({
  checker,
  kind,
  verdict,
  summary: `${checker} says so`,
  numbers: {},
});

describe("the verdict by a limiter's own promise", () => {
  it("is that of the proofs, whatever is asked beyond them", () => {
    const kept = finding("within-bound", "proof", "pass");
    const errors = finding("answers-everything", "measurement", "fail");
    const busy = finding("load-quality", "quality", "inconclusive");
    expect(promiseVerdict([kept, errors, busy])).toMatchObject({ verdict: "pass" });
  });

  it("fails by one proof, and says by which", () => {
    const broken = finding("within-bound", "proof", "fail");
    const open = finding("no-false-denials", "proof", "inconclusive");
    expect(promiseVerdict([open, broken])).toEqual(
      expect.objectContaining({ verdict: "fail", reason: "within-bound: within-bound says so" }),
    );
  });

  it("is no pass where one proof found nothing out", () => {
    const kept = finding("within-bound", "proof", "pass");
    const open = finding("no-false-denials", "proof", "inconclusive");
    expect(promiseVerdict([kept, open]).verdict).toBe("inconclusive");
  });

  it("is none where nothing is promised", () => {
    expect(promiseVerdict([finding("within-bound", "proof", "not-applicable")]).verdict).toBeNull();
    expect(promiseVerdict([]).verdict).toBeNull();
  });
});
