import { caseOfGate } from "../junit/case-of-gate.ts";
import { junitText } from "../junit/junit-text.ts";
import { aboutText, type GatesReport } from "./gates-report.ts";

/** JUnit's XML with one case a gate, the gates of one run in a suite of their own. */
export function gatesJunit(report: GatesReport): string {
  const names = [...new Set(report.gates.map((gate) => aboutText(gate, report)))];
  const timestamp = report.runs[0]?.startedAt ?? "";
  return junitText(
    names.map((name) => ({
      name,
      seconds: 0,
      timestamp,
      properties: [],
      cases: report.gates.filter((gate) => aboutText(gate, report) === name).map(caseOfGate),
    })),
  );
}
