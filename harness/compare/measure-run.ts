import { measureAccuracy } from "../checkers/accuracy/measure-accuracy.ts";
import type { Evidence } from "../history/evidence.ts";
import { evidenceOf } from "../history/evidence-of.ts";
import type { History } from "../history/history.ts";
import type { Triple } from "../verdict/finding.ts";
import { promiseVerdict } from "../verdict/promise-verdict.ts";
import type { Result } from "../verdict/result.ts";
import { admittedLine } from "./admitted-line.ts";
import type { RunMeasure } from "./comparison.ts";

/** Which run it was. */
export interface MeasuredRun {
  readonly trial: number;
  readonly folder: string;
}

/** All that a comparison keeps of one run. Pure: the same history gives the same measure. */
export function measureRun(history: History, result: Result, { trial, folder }: MeasuredRun): RunMeasure {
  const evidence = evidenceOf(history);
  return {
    trial,
    ...judgedBy(result),
    accuracy: result.accuracy,
    outageRatio: outageRatio(evidence),
    outcomes: result.outcomes,
    recoveryMs: recoveryMs(result),
    bytesPerKey: bytesPerKey(history),
    line: admittedLine(evidence),
    folder,
  };
}

function judgedBy({ findings }: Result): Pick<RunMeasure, "verdict" | "reason"> {
  const { verdict, reason } = promiseVerdict(findings);
  return { verdict, reason };
}

/** The fullest window of the phases from the first fault on. */
function outageRatio({ history, claims }: Evidence): Triple | null {
  if (history.faults.length === 0) return null;
  const firstMs = Math.min(...history.faults.map(({ fromMs }) => fromMs));
  const phases = history.phases.map((phase) => ({
    ...phase,
    role: phase.role === "judged" && phase.untilMs > firstMs ? ("judged" as const) : ("warmup" as const),
  }));
  return measureAccuracy({ history: { ...history, phases }, claims })?.worstAdmittedRatio ?? null;
}

function recoveryMs({ findings }: Result): Triple | null {
  const numbers = findings.find(({ checker }) => checker === "recovers-within")?.numbers ?? {};
  const { slowestReturnMs, returns } = numbers;
  return typeof slowestReturnMs === "object" && returns !== 0 ? slowestReturnMs : null;
}

function bytesPerKey({ keyAudit }: History): number | null {
  return keyAudit === undefined || keyAudit.sampledKeys === 0
    ? null
    : keyAudit.sampledBytes / keyAudit.sampledKeys;
}
