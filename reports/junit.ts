import type { Finding, FindingVerdict, Triple } from "../harness/verdict/finding.ts";
import type { GateResult, Result } from "../harness/verdict/result.ts";
import type { JudgedRun, ReportFormat } from "./report-format.ts";
import { type FaultLine, faultLines } from "./words/fault-lines.ts";
import { numberText } from "./words/named-number.ts";
import { sentence } from "./words/sentence.ts";

/**
 * `junit.xml`: one test case a finding and a gate. A fail is a failure, inconclusive an error,
 * not applicable is skipped; the numbers are properties of their case, and the faults are properties of the suite.
 */
export const format: ReportFormat = {
  render: (run) => [{ path: "junit.xml", content: junitOf(run) }],
};

interface Case {
  readonly group: string;
  readonly name: string;
  readonly verdict: FindingVerdict;
  readonly summary: string;
  readonly numbers: Readonly<Record<string, number | Triple>>;
  readonly body: string;
}

function junitOf(run: JudgedRun): string {
  const { result } = run;
  const cases = [...result.findings.map(caseOfFinding), ...result.gates.map(caseOfGate)];
  const many = (verdict: FindingVerdict) => cases.filter((one) => one.verdict === verdict).length;
  const seconds = (result.durationMs / 1_000).toFixed(3);
  const suite = `${result.scenario} ${result.variant}`;
  const counts = `tests="${cases.length}" failures="${many("fail")}" errors="${many("inconclusive")}" skipped="${many("not-applicable")}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="gatecrash" ${counts} time="${seconds}">`,
    `  <testsuite name="${escaped(suite)}" ${counts} time="${seconds}" timestamp="${escaped(result.startedAt)}">`,
    ...properties("    ", [...suiteProperties(result), ...faultLines(run).map(faultProperty)]),
    ...cases.flatMap((one) => testCase(one, suite)),
    "  </testsuite>",
    "</testsuites>",
    "",
  ].join("\n");
}

function caseOfFinding({ checker, kind, verdict, summary, numbers, notes = [], witness }: Finding): Case {
  const span = witness && [
    `Subject ${witness.subject} under policy ${witness.policy}:`,
    `cost ${witness.cost} against a bound of ${witness.bound}`,
    `within ${(witness.untilMs - witness.fromMs).toFixed(3)} ms,`,
    `proved by ${witness.rowCount} requests.`,
  ];
  const body = [
    sentence(summary),
    ...(span ? [span.join(" ")] : []),
    ...notes.map((note) => sentence(note)),
  ].join("\n");
  return { group: kind, name: checker, verdict, summary, numbers, body };
}

function caseOfGate({ expression, actual, verdict, summary }: GateResult): Case {
  return {
    group: "gate",
    name: expression,
    verdict,
    summary,
    numbers: actual === null ? {} : { actual },
    body: sentence(summary),
  };
}

function testCase({ group, name, verdict, summary, numbers, body }: Case, suite: string): string[] {
  const flat = Object.entries(numbers).flatMap(flattened);
  return [
    `    <testcase classname="${escaped(`${suite}.${group}`)}" name="${escaped(name)}" time="0">`,
    ...properties("      ", flat),
    ...outcome(verdict, summary, body),
    "    </testcase>",
  ];
}

function outcome(verdict: FindingVerdict, summary: string, body: string): string[] {
  const message = `message="${escaped(summary)}"`;
  switch (verdict) {
    case "fail":
      return [`      <failure type="fail" ${message}>${escaped(body)}</failure>`];
    case "inconclusive":
      return [`      <error type="inconclusive" ${message}>${escaped(body)}</error>`];
    case "not-applicable":
      return [`      <skipped ${message}/>`];
    case "pass":
      return [`      <system-out>${escaped(body)}</system-out>`];
  }
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

function flattened([name, value]: [string, number | Triple]): [string, string][] {
  if (typeof value === "number") return [[name, String(value)]];
  const parts = Object.entries(value).map(([part, number]): [string, string] => [
    `${name}.${part}`,
    String(number),
  ]);
  return [[name, numberText(name, value)], ...parts];
}

function properties(indent: string, entries: readonly [string, string][]): string[] {
  if (entries.length === 0) return [];
  const rows = entries.map(
    ([name, value]) => `${indent}  <property name="${escaped(name)}" value="${escaped(value)}"/>`,
  );
  return [`${indent}<properties>`, ...rows, `${indent}</properties>`];
}

/** Text for elements and attributes; what XML 1.0 forbids even as a reference becomes U+FFFD. */
function escaped(text: string): string {
  return (
    text
      .toWellFormed()
      // biome-ignore lint/suspicious/noControlCharactersInRegex: XML 1.0 forbids them
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
      .replaceAll("&", "&amp;")
      .replaceAll("<", "&lt;")
      .replaceAll(">", "&gt;")
      .replaceAll('"', "&quot;")
      .replace(/[\t\n\r\u0085\u2028]/g, (character) => `&#${character.codePointAt(0)};`)
  );
}
