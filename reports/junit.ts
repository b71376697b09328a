import type { Finding } from "../harness/verdict/finding.ts";
import type { Result } from "../harness/verdict/result.ts";
import { caseOfGate } from "./junit/case-of-gate.ts";
import { type JunitCase, junitText } from "./junit/junit-text.ts";
import type { JudgedRun, ReportFormat } from "./report-format.ts";
import { type FaultLine, faultLines } from "./words/fault-lines.ts";
import { sentence } from "./words/sentence.ts";
import { witnessWords } from "./words/witness-words.ts";

/**
 * `junit.xml`: one test case a finding and a gate. A fail is a failure, inconclusive an error,
 * not applicable is skipped; the numbers are properties of their case, and the faults are properties of the suite.
 */
export const format: ReportFormat = {
  render: (run) => [{ path: "junit.xml", content: junitOf(run) }],
};

function junitOf(run: JudgedRun): string {
  const { result } = run;
  return junitText([
    {
      name: `${result.scenario} ${result.variant}`,
      seconds: result.durationMs / 1_000,
      timestamp: result.startedAt,
      properties: [...suiteProperties(result), ...faultLines(run).map(faultProperty)],
      cases: [...result.findings.map(caseOfFinding), ...result.gates.map(caseOfGate)],
    },
  ]);
}

function caseOfFinding({
  checker,
  kind,
  verdict,
  summary,
  numbers,
  notes = [],
  witness,
}: Finding): JunitCase {
  const body = [
    sentence(summary),
    ...(witness ? [witnessWords[witness.kind].sentence(witness)] : []),
    ...notes.map((note) => sentence(note)),
  ].join("\n");
  return { group: kind, name: checker, verdict, summary, numbers, body };
}

function suiteProperties({
  seed,
  command,
  verdict,
  reason,
  load,
  outcomes,
  latencyMs,
}: Result): [string, string][] {
  return [
    ["verdict", verdict],
    ["reason", reason],
    ["command", command],
    ["seed", String(seed)],
    ...Object.entries({ load, outcomes, latencyMs: latencyMs ?? {} }).flatMap(([group, numbers]) =>
      Object.entries(numbers)
        .filter((entry): entry is [string, number] => typeof entry[1] === "number")
        .map(([name, value]): [string, string] => [`${group}.${name}`, String(value)]),
    ),
  ];
}

function faultProperty({ mark, name, story }: FaultLine): [string, string] {
  return [`fault.${mark}`, `${name} ${story}`];
}
