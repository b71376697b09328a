import type { Finding } from "../verdict/finding.ts";
import type { Result } from "../verdict/result.ts";
import type { Trial, TrialOutcome } from "./trial.ts";

/** What the matrix keeps of a run's result. */
export function outcomeOf(trial: Trial, { verdict, command, findings, phases }: Result): TrialOutcome {
  const phaseOf = ({ witness }: Finding): string | null =>
    witness === undefined
      ? null
      : (phases.find(({ untilMs }) => witness.untilMs <= untilMs)?.name ?? phases.at(-1)?.name ?? null);
  return {
    schemaVersion: 1,
    trial,
    command,
    verdict,
    findings: findings.map((finding) => {
      const { checker, kind, summary } = finding;
      return { checker, kind, verdict: finding.verdict, summary, phase: phaseOf(finding) };
    }),
  };
}
