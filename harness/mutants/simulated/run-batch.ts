import type { PromisesOf } from "../../../limiter/promised.ts";
import { evidenceOf } from "../../history/evidence-of.ts";
import type { History } from "../../history/history.ts";
import { outcomeCode } from "../../history/requests.ts";
import type { Scenario } from "../../scenario.ts";
import type { Finding } from "../../verdict/finding.ts";
import { judge } from "../../verdict/judge.ts";
import type { VirtualGateways } from "../../virtual/virtual-gateways.ts";
import { type VirtualWorld, virtualRun } from "../../virtual/virtual-run.ts";
import type { Batch, BatchEvidence, BatchOutcome } from "./batch.ts";
import { type SmallForm, smallForm } from "./small-form.ts";

/** A limiter that can live in simulated time. */
export interface SimulatedLimiter {
  readonly promises: PromisesOf;
  readonly gateways: (form: SmallForm, world: VirtualWorld) => VirtualGateways | Promise<VirtualGateways>;
}

/** Runs and judges every seed of `batch`. */
export async function runBatch(
  batch: Batch,
  scenario: Scenario,
  { promises, gateways }: SimulatedLimiter,
): Promise<BatchOutcome> {
  const form = smallForm(scenario);
  // Drawn from each seed anew, but made once: a table of a million keys takes longer than the run.
  const phases = scenario.phases({ ...form, replicas: scenario.replicas });
  const byChecker: Record<string, number> = {};
  let [requests, convicted, proved] = [0, 0, 0];
  let evidence: BatchEvidence | null = null;
  for (let seed = batch.firstSeed; seed < batch.firstSeed + batch.seeds; seed++) {
    const history = await virtualRun({
      ...form,
      scenarioName: batch.scenario,
      scenario: { ...scenario, phases: () => phases },
      variant: batch.limiter,
      command: commandOf(batch, seed),
      promises,
      seed,
      gateways: (world) => gateways(form, world),
    });
    const findings = judged(history, scenario);
    const failed = findings.filter(({ verdict }) => verdict === "fail");
    const counting = failed.filter(({ checker }) => batch.convictedBy?.includes(checker) ?? true);
    for (const { checker } of failed) byChecker[checker] = (byChecker[checker] ?? 0) + 1;
    requests += history.requests.count;
    if (counting.length > 0) convicted++;
    if (isProved(findings)) proved++;
    const [first] = counting;
    if (first !== undefined)
      evidence ??= { checker: first.checker, summary: first.summary, command: history.run.command };
  }
  return { schemaVersion: 1, batch, requests, convicted, proved, byChecker, evidence };
}

/** A correct limiter has no name of its own there: all of them are run. */
function commandOf({ scenario, limiter, convictedBy }: Batch, seed: number): string {
  const name = convictedBy === null ? "" : ` ${limiter}`;
  return `npm run mutants -- --level 1${name} --story ${scenario} --seed ${seed}`;
}

/** The findings of the scenario's checkers. What the simulated network lost is nobody's guilt. */
function judged(history: History, { checkers }: Scenario): readonly Finding[] {
  const lost = history.requests.outcome.includes(outcomeCode.lost);
  const asked = lost ? checkers.filter(({ name }) => name !== "answers-everything") : checkers;
  return judge(evidenceOf(history), asked);
}

function isProved(findings: readonly Finding[]): boolean {
  const proofs = findings.filter(({ kind, verdict }) => kind === "proof" && verdict !== "not-applicable");
  return proofs.length > 0 && proofs.every(({ verdict }) => verdict === "pass");
}
