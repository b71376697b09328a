import type { PhaseResult, Result } from "./result.ts";

/** What depends on the machine is judged only where the load was what it should be: why it was not, or null. */
export function loadDoubt({ findings }: Pick<Result, "findings">): string | null {
  const finding = findings.find(({ checker }) => checker === "load-quality");
  if (finding === undefined) return "load-quality was not checked, so nothing measured can be judged";
  return finding.verdict === "pass" ? null : `load-quality is ${finding.verdict}: ${finding.summary}`;
}

/**
 * A checker that could not tell, or had nothing to tell, lends its numbers to no gate: a zero that nothing was looked at
 * for would pass. Accuracy that was not checked at all is missing by itself.
 */
export function checkerDoubt({ findings }: Pick<Result, "findings">, name: string): string | null {
  const finding = findings.find(({ checker }) => checker === name);
  if (finding === undefined || finding.verdict === "pass" || finding.verdict === "fail") return null;
  const verdict = finding.verdict === "inconclusive" ? "inconclusive" : "not applicable";
  return `${name} is ${verdict}: ${finding.summary}`;
}

/** Counts of nothing are zeros that would pass every upper gate; only how much was sent is known all the same. */
export function sampleDoubt(
  [group, name]: readonly string[],
  { load, outcomes }: Pick<PhaseResult, "load" | "outcomes">,
): string | null {
  if (group === "outcomes" && Object.values(outcomes).every((count) => count === 0))
    return "no request came to an outcome, so there is nothing to count";
  if (group === "load" && load.sent === 0 && name !== "sent" && name !== "offered")
    return "no paced request was sent, so there is no load to judge";
  return null;
}

/** What is said of admissions: where there were none it is a zero that nothing was looked at for. */
const ofAdmissions: ReadonlySet<string> = new Set([
  "wronglyAllowedShare",
  "worstAdmittedRatio",
  "excessCost",
]);

/**
 * Of a limiter that admitted nobody no number of its admissions is to be judged. What it wrongly denied is known all the
 * same, and also where it denied nobody: then that is nothing, of all that it admitted.
 */
export function admissionDoubt(name: string, { phases }: Pick<Result, "phases">): string | null {
  if (!ofAdmissions.has(name)) return null;
  const isAdmitting = phases.some(({ role, outcomes }) => role === "judged" && outcomes.allowed > 0);
  return isAdmitting
    ? null
    : "no request of a judged phase was allowed, so there is no admission to find fault with";
}
