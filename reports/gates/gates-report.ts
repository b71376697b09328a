import type { RunGate } from "../../harness/verdict/gate-runs.ts";
import type { Result, Verdict } from "../../harness/verdict/result.ts";

/** What gating recorded runs came to; `gates.json` is exactly this. */
export interface GatesReport {
  readonly verdict: Verdict;
  /** The runs that were gated, with what each came to by itself. */
  readonly runs: readonly Pick<Result, "scenario" | "variant" | "startedAt" | "verdict">[];
  readonly gates: readonly RunGate[];
}

/** Whom a gate is about: a run by its time where there are several of a limiter. */
export function aboutText({ scenario, variant, startedAt }: RunGate, { runs }: GatesReport): string {
  if (variant === null) return scenario;
  const alike = runs.filter((run) => run.scenario === scenario && run.variant === variant);
  const which = alike.length < 2 ? "" : startedAt === null ? `, ${alike.length} runs` : `, ${startedAt}`;
  return `${scenario} on ${variant}${which}`;
}
