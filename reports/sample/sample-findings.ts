import type { Finding, FindingVerdict, Witness } from "../../harness/verdict/finding.ts";
import type { Verdict } from "../../harness/verdict/result.ts";
import { count } from "../words/numerals.ts";

/** One finding a checker, as a run with this verdict could have them. */
export function sampleFindings(verdict: Verdict, witness: Witness): Finding[] {
  return [
    withinBound(verdict, witness),
    {
      checker: "no-false-denials",
      kind: "proof",
      verdict: verdict === "inconclusive" ? "inconclusive" : "pass",
      summary:
        verdict === "inconclusive"
          ? "No denial is sharp enough: 94 lost answers could each have used up the limit"
          : "None of 81,204 denials was wrong, and the sharpest would have shown 2 missing of 1,000",
      numbers: {
        judgedDenials: 81_204,
        wrongDenials: 0,
        resolvingShare: verdict === "inconclusive" ? 0.21 : 0.002,
      },
    },
    {
      checker: "accuracy",
      kind: "proof",
      verdict: "pass",
      summary: "Compared with the exact sliding window on 63 subjects",
      numbers: { worstAdmittedRatio: { proved: 0.998, estimate: 1, atMost: 1.017 }, subjects: 63 },
    },
    verdict === "inconclusive"
      ? measured("answers-everything", verdict, "316 requests got no answer, but the load was poor", {
          unansweredShare: 0.002,
        })
      : measured("answers-everything", "pass", "All requests were answered", { unansweredShare: 0 }),
    measured("latency-within", "pass", "p99 of 2.61 ms is within 25 ms in every judged phase", {
      p50Ms: 0.83,
      p99Ms: 2.61,
      maxMs: 15.2,
    }),
    {
      checker: "load-quality",
      kind: "quality",
      verdict: verdict === "inconclusive" ? "inconclusive" : "pass",
      summary:
        verdict === "inconclusive"
          ? "61 of 168 slots were sent more than 10 % off schedule"
          : "Every 100 ms slot was within 10 % of its schedule",
      numbers: { worstSlotShare: verdict === "inconclusive" ? 0.43 : 0.031, droppedArrivals: 0 },
    },
    measured("recovers-within", "not-applicable", "This scenario breaks nothing", {}),
  ];
}

function withinBound(verdict: Verdict, witness: Witness): Finding {
  const numbers = {
    provedExcess: Math.max(0, witness.cost - witness.bound),
    resolvingShare: 1 - witness.cost / witness.bound,
    judgedSubjects: 63,
  };
  const notes = [
    "Judged against the declared window of 1,000 per 2 s with a clock slack of 0.031 ms",
    "All span lengths were tried",
  ];
  const shared = { checker: "within-bound", kind: "proof", numbers, notes } as const;
  if (verdict === "fail")
    return {
      ...shared,
      verdict,
      summary: `${witness.subject} was let in ${count(witness.cost)} times within ${Math.round(witness.untilMs - witness.fromMs)} ms; the promise allows ${count(witness.bound)}`,
      witness,
    };
  return {
    ...shared,
    verdict,
    summary:
      verdict === "pass"
        ? "No span of any subject let in more than promised; one request in 500 too many would have shown"
        : "No excess is proved, but the intervals are too wide to show one below 4 %",
  };
}

function measured(
  checker: string,
  verdict: FindingVerdict,
  summary: string,
  numbers: Finding["numbers"],
): Finding {
  return { checker, kind: "measurement", verdict, summary, numbers };
}
