import { latencyPercentiles } from "../checkers/latency-percentiles.ts";
import { loadNumbers } from "../checkers/schedule-quality.ts";
import { evidenceOf } from "../history/evidence-of.ts";
import type { FaultRecord, History } from "../history/history.ts";
import { outcomeCode, type Requests } from "../history/requests.ts";
import type { Scenario } from "../scenario.ts";
import { againstBaseline } from "../verdict/baseline/against-baseline.ts";
import type { Baseline } from "../verdict/baseline/baseline.ts";
import { type Finding, type Triple, witnessAfter } from "../verdict/finding.ts";
import { evaluateGate, type Gate } from "../verdict/gate.ts";
import { judge } from "../verdict/judge.ts";
import {
  type Accuracy,
  type OutcomeCounts,
  type PhaseResult,
  type Result,
  resultSchemaVersion,
} from "../verdict/result.ts";
import { verdictOf } from "../verdict/verdict-of.ts";

/** Judges `history` by the scenario's checkers, all gates and baselines. Pure: the same history gives the same result. */
export function judgeRun(
  history: History,
  scenario: Scenario,
  gates: readonly Gate[],
  baselines: readonly Baseline[] = [],
): Result {
  const findings = judge(evidenceOf(history), scenario.checkers);
  const numbers = numbersOf(history, scenario, findings);
  const undecided: Result = { ...numbers, gates: [], ...verdictOf(findings, []) };
  const judgedGates = [
    ...gates.map((gate) => evaluateGate(gate, undecided)),
    ...baselines.flatMap((baseline) => againstBaseline([undecided], baseline)),
  ];
  return { ...undecided, gates: judgedGates, ...verdictOf(findings, judgedGates) };
}

function numbersOf(
  history: History,
  scenario: Scenario,
  findings: readonly Finding[],
): Omit<Result, "verdict" | "exitCode" | "reason" | "gates"> {
  const { run, requests, phases, policies, promises, faults } = history;
  const { originMs } = run;
  const judgedOpen = phases.flatMap(({ model, role }, i) =>
    model === "open" && role === "judged" ? [i] : [],
  );
  const lastMs = phases.at(-1)?.untilMs ?? originMs;
  return {
    schemaVersion: resultSchemaVersion,
    scenario: run.scenario,
    variant: run.variant,
    about: scenario.about,
    seed: run.seed,
    command: run.command,
    startedAt: run.startedAt,
    durationMs: lastMs - originMs,
    environment: run.environment,
    replicas: Math.max(0, ...history.lives.map(({ replica }) => replica + 1)),
    policies,
    promises,
    load: loadNumbers(history, judgedOpen),
    outcomes: outcomeCounts(requests, phases.keys()),
    accuracy: accuracyOf(findings),
    latencyMs: latencyPercentiles(requests, judgedOpen),
    phases: phases.map((_, index) => phaseResult(history, index)),
    faults: faults.map((fault) => relative(fault, originMs)),
    findings: findings.map((finding) => onResultClock(finding, originMs)),
  };
}

function phaseResult(history: History, index: number): PhaseResult {
  const phase = history.phases[index];
  if (phase === undefined) throw new RangeError(`the history has no phase ${index}`);
  const { originMs } = history.run;
  return {
    name: phase.name,
    model: phase.model,
    role: phase.role,
    fromMs: phase.fromMs - originMs,
    untilMs: phase.untilMs - originMs,
    load: loadNumbers(history, [index]),
    outcomes: outcomeCounts(history.requests, [index]),
    latencyMs: latencyPercentiles(history.requests, [index]),
  };
}

/** Outcomes of the requests of `phases` (indices). */
function outcomeCounts(requests: Requests, phases: Iterable<number>): OutcomeCounts {
  const counted = new Uint8Array(256);
  for (const phase of phases) counted[phase] = 1;
  const counts = new Uint32Array(16);
  for (let row = 0; row < requests.count; row++) {
    const code = requests.outcome[row] ?? 0;
    if (counted[requests.phase[row] ?? 0] === 1) counts[code] = (counts[code] ?? 0) + 1;
  }
  const count = (code: number): number => counts[code] ?? 0;
  return {
    allowed: count(outcomeCode.allowed),
    denied: count(outcomeCode.denied),
    unavailable: count(outcomeCode.unavailable),
    errors: count(outcomeCode.error) + count(outcomeCode.refused),
    lost: count(outcomeCode.lost),
  };
}

function accuracyOf(findings: readonly Finding[]): Accuracy | null {
  const numbers = findings.find(({ checker }) => checker === "accuracy")?.numbers ?? {};
  const triple = (name: keyof Accuracy): Triple | null => {
    const value = numbers[name];
    return typeof value === "object" ? value : null;
  };
  const wronglyAllowedShare = triple("wronglyAllowedShare");
  const wronglyDeniedShare = triple("wronglyDeniedShare");
  const worstAdmittedRatio = triple("worstAdmittedRatio");
  if (wronglyAllowedShare === null || wronglyDeniedShare === null || worstAdmittedRatio === null) return null;
  return { wronglyAllowedShare, wronglyDeniedShare, worstAdmittedRatio };
}

/** A finding as the result holds it: its witness in milliseconds after the run's origin, as in the history's file. */
function onResultClock(finding: Finding, originMs: number): Finding {
  const { witness } = finding;
  return witness === undefined ? finding : { ...finding, witness: witnessAfter(witness, -originMs) };
}

function relative({ fromMs, ...fault }: FaultRecord, originMs: number): Result["faults"][number] {
  const { injectedMs, healingMs, untilMs } = fault;
  return {
    ...fault,
    atMs: fromMs - originMs,
    injectedMs: injectedMs - originMs,
    healingMs: healingMs - originMs,
    untilMs: untilMs - originMs,
  };
}
