import { exitCode } from "../refusal.ts";
import type { TrialFinding, TrialOutcome } from "./trial.ts";

/**
 * A mutant is convicted by a checker that it declares, or has escaped; a twin is acquitted, or wrongly convicted. A run
 * that could not tell leaves it undecided.
 */
export type TrialVerdict = "convicted" | "escaped" | "acquitted" | "wrongly convicted" | "undecided";

/** What a run says of its mutant, or its twin. */
export function judgeTrial({ trial, verdict, findings }: TrialOutcome): TrialVerdict {
  if (trial.twinOf.length > 0) {
    if (verdict === "fail") return "wrongly convicted";
    return verdict === "pass" || onlyTheMachine(findings) ? "acquitted" : "undecided";
  }
  if (convictions(findings, trial.convictedBy).length > 0) return "convicted";
  return verdict === "inconclusive" ? "undecided" : "escaped";
}

/** The failed findings of `checkers`. */
export function convictions(
  findings: readonly TrialFinding[],
  checkers: readonly string[],
): readonly TrialFinding[] {
  return findings.filter(({ checker, verdict }) => verdict === "fail" && checkers.includes(checker));
}

/** One that escaped, or a twin that did not, is a failure; one of whom nothing is known leaves all inconclusive. */
export function exitCodeOf(verdicts: readonly TrialVerdict[]): number {
  if (verdicts.some((verdict) => verdict === "escaped" || verdict === "wrongly convicted"))
    return exitCode.fail;
  return verdicts.length === 0 || verdicts.includes("undecided") ? exitCode.inconclusive : exitCode.pass;
}

/** The schedule was not kept, and nothing is open but that and what cannot be measured for it. */
function onlyTheMachine(findings: readonly TrialFinding[]): boolean {
  const open = findings.filter(({ verdict }) => verdict === "inconclusive");
  return (
    open.some(({ checker }) => checker === "load-quality") &&
    open.every(({ checker, kind }) => checker === "load-quality" || kind === "measurement")
  );
}
