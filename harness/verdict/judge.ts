import type { Checker } from "../checkers/checker.ts";
import type { Evidence } from "../history/evidence.ts";
import type { Finding } from "./finding.ts";

/** What each of `checkers` finds. A checker that crashes has found nothing out: inconclusive, with the reason. */
export function judge(evidence: Evidence, checkers: readonly Checker[]): Finding[] {
  return checkers.map((checker) => {
    try {
      return checker.check(evidence);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return {
        checker: checker.name,
        kind: "quality",
        verdict: "inconclusive",
        summary: `the checker itself failed: ${why}`,
        numbers: {},
      };
    }
  });
}
