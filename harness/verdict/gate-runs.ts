import { exitCode } from "../refusal.ts";
import { againstBaseline } from "./baseline/against-baseline.ts";
import type { Baseline } from "./baseline/baseline.ts";
import { evaluateGate, type Gate } from "./gate.ts";
import { scopeOf } from "./gate-path.ts";
import { pathsOf } from "./gated-number.ts";
import type { GateResult, Result, Verdict } from "./result.ts";

/** A gate that was held against a run, or against all runs of a scenario. */
export interface RunGate extends GateResult {
  readonly scenario: string;
  /** Of the run; null for a gate that names its variants itself. */
  readonly variant: string | null;
  /** When the run began; null for a gate on several. */
  readonly startedAt: string | null;
}

/** By what runs are gated. */
export interface GateRules {
  readonly gates: readonly Gate[];
  readonly baselines: readonly Baseline[];
}

/**
 * Holds every run against every gate, and the runs of a baseline's story, together, against that baseline. A gate whose
 * numbers all begin with `variant.NAME.` is held once against the runs of each scenario; one that mixes them with numbers
 * of the run is held against each, beside all runs of its scenario.
 */
export function gateRuns(runs: readonly Result[], { gates, baselines }: GateRules): RunGate[] {
  const scenarios = [...new Set(runs.map(({ scenario }) => scenario))];
  const gated = scenarios.flatMap((scenario) => {
    const beside = runs.filter((run) => run.scenario === scenario);
    return gates.flatMap((gate) =>
      (isAboutVariants(gate) ? beside.slice(0, 1) : beside).map((run): RunGate => {
        const { variant, startedAt } = run;
        const about = isAboutVariants(gate) ? { variant: null, startedAt: null } : { variant, startedAt };
        return { scenario, ...about, ...evaluateGate(gate, run, beside) };
      }),
    );
  });
  const compared = baselines.flatMap((baseline) => {
    const { scenario, variant } = baseline;
    const own = runs.filter((run) => run.scenario === scenario && run.variant === variant);
    const startedAt = own.length === 1 ? (own[0]?.startedAt ?? null) : null;
    return againstBaseline(own, baseline).map((gate): RunGate => ({ scenario, variant, startedAt, ...gate }));
  });
  return [...gated, ...compared];
}

function isAboutVariants({ number }: Gate): boolean {
  return pathsOf(number).every((path) => scopeOf(path) !== null);
}

/** The worst of `gates`; where none passed there was nothing to pass. */
export function gatesVerdict(gates: readonly GateResult[]): {
  readonly verdict: Verdict;
  readonly exitCode: number;
} {
  const any = (verdict: GateResult["verdict"]) => gates.some((gate) => gate.verdict === verdict);
  if (any("fail")) return { verdict: "fail", exitCode: exitCode.fail };
  if (any("inconclusive") || !any("pass"))
    return { verdict: "inconclusive", exitCode: exitCode.inconclusive };
  return { verdict: "pass", exitCode: exitCode.pass };
}
