import { evidenceOf } from "../../harness/history/evidence-of.ts";
import type { History, PhaseSpan } from "../../harness/history/history.ts";
import { judgeAdmissions } from "../../harness/promises/admissions.ts";
import { spanWitness } from "../../harness/promises/span-witness.ts";
import type { Witness } from "../../harness/verdict/finding.ts";
import { witnessAfter } from "../../harness/verdict/finding.ts";
import {
  type Accuracy,
  type Result,
  resultSchemaVersion,
  type Verdict,
} from "../../harness/verdict/result.ts";
import { tightestSpan } from "../series/tightest-span.ts";
import { count, duration } from "../words/numerals.ts";
import { sampleFindings } from "./sample-findings.ts";
import { rowsOf, sampleLatency, sampleLoad, sampleOutcomes, samplePhaseResults } from "./sample-numbers.ts";

/** The result that a judge could have come to; the witness of a `fail` is real, the prose is made up. */
export function sampleResult(history: History, verdict: Verdict): Result {
  const open = [...history.phases.keys()].filter((index) => isPaced(history.phases[index]));
  const openRows = rowsOf(history, open);
  const allRows = rowsOf(history, [...history.phases.keys()]);
  const witness = verdict === "fail" ? convictingSpan(history) : tightestSpan(history);
  if (witness === null) throw new Error(`the simulated run shows no span for a ${verdict}`);
  return {
    schemaVersion: resultSchemaVersion,
    scenario: history.run.scenario,
    variant: history.run.variant,
    about: "Whether 10,000 requests a second on a hot key get one request more than the policy allows",
    seed: history.run.seed,
    command: history.run.command,
    verdict,
    exitCode: { pass: 0, fail: 1, inconclusive: 2 }[verdict],
    reason: reasons(witness)[verdict],
    startedAt: history.run.startedAt,
    durationMs: 24_180,
    environment: history.run.environment,
    replicas: 3,
    policies: history.policies,
    promises: history.promises,
    load: sampleLoad(history, openRows, pacedMs(history, open)),
    outcomes: sampleOutcomes(history, allRows),
    accuracy: accuracies[verdict],
    latencyMs: sampleLatency(history, openRows),
    phases: samplePhaseResults(history),
    faults: history.faults.map(({ fromMs, ...fault }) => ({
      ...fault,
      atMs: fromMs - history.run.originMs,
      injectedMs: fault.injectedMs - history.run.originMs,
      healingMs: fault.healingMs - history.run.originMs,
      untilMs: fault.untilMs - history.run.originMs,
    })),
    findings: sampleFindings(verdict, witnessAfter(witness, -history.run.originMs)),
    gates: [
      {
        expression: "accuracy.wronglyAllowedShare<=0.001",
        actual: accuracies[verdict].wronglyAllowedShare,
        verdict,
        summary: `proved ${accuracies[verdict].wronglyAllowedShare.proved}, at most ${accuracies[verdict].wronglyAllowedShare.atMost}`,
      },
      { expression: "latencyMs.p99<=25", actual: 2.61, verdict: "pass", summary: "2.61 is at most 25" },
    ],
  };
}

/** As `within-bound` would have found it, had the clock been read. */
function convictingSpan(history: History): Witness | null {
  const [claim] = evidenceOf(history).claims;
  const span = claim === undefined ? null : judgeAdmissions(claim, history).spans.worst();
  return claim === undefined || span === null ? null : spanWitness(claim, span, history);
}

function isPaced(phase: PhaseSpan | undefined): boolean {
  return phase?.model === "open" && phase.role === "judged";
}

function pacedMs({ phases }: History, open: readonly number[]): number {
  return open.reduce((sum, index) => sum + (phases[index]?.untilMs ?? 0) - (phases[index]?.fromMs ?? 0), 0);
}

const reasons = ({ cost, bound, subject, fromMs, untilMs }: Witness): Record<Verdict, string> => ({
  pass: "Nothing extra was let in, nothing was wrongly turned away, and the evidence would have shown it",
  fail: `within-bound: ${subject} certainly let in ${count(cost)} within ${duration(untilMs - fromMs)}, which promises at most ${count(bound)}`,
  inconclusive:
    "load-quality: 61 of 168 slots were sent more than 10 % off schedule, so this machine was too slow",
});

const nothing = { proved: 0, estimate: 0, atMost: 0 };
const accuracies: Record<Verdict, Accuracy> = {
  pass: {
    wronglyAllowedShare: { proved: 0, estimate: 0.0002, atMost: 0.0041 },
    wronglyDeniedShare: { ...nothing, atMost: 0.0032 },
    worstAdmittedRatio: { proved: 0.998, estimate: 1, atMost: 1.017 },
  },
  fail: {
    wronglyAllowedShare: { proved: 0.0123, estimate: 0.0171, atMost: 0.0236 },
    wronglyDeniedShare: { ...nothing, atMost: 0.0009 },
    worstAdmittedRatio: { proved: 1.018, estimate: 1.024, atMost: 1.041 },
  },
  inconclusive: {
    wronglyAllowedShare: { proved: 0, estimate: 0.004, atMost: Number.POSITIVE_INFINITY },
    wronglyDeniedShare: { ...nothing, atMost: 0.051 },
    worstAdmittedRatio: { proved: 0.962, estimate: 1, atMost: 1.22 },
  },
};
