import type { FindingVerdict, Triple } from "../../harness/verdict/finding.ts";
import { numberText } from "../words/named-number.ts";

/** What belongs to one run. */
export interface JunitSuite {
  readonly name: string;
  readonly seconds: number;
  readonly timestamp: string;
  readonly properties: readonly (readonly [name: string, value: string])[];
  readonly cases: readonly JunitCase[];
}

/** One finding or gate. */
export interface JunitCase {
  readonly group: string;
  readonly name: string;
  readonly verdict: FindingVerdict;
  readonly summary: string;
  readonly numbers: Readonly<Record<string, number | Triple>>;
  readonly body: string;
}

/** JUnit's XML of `suites`: a fail is a failure, inconclusive an error, not applicable is skipped. */
export function junitText(suites: readonly JunitSuite[]): string {
  const all = suites.flatMap(({ cases }) => cases);
  const seconds = suites.reduce((sum, suite) => sum + suite.seconds, 0);
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="gatecrash" ${counts(all)} time="${seconds.toFixed(3)}">`,
    ...suites.flatMap(suiteLines),
    "</testsuites>",
    "",
  ].join("\n");
}

function suiteLines({ name, seconds, timestamp, properties: own, cases }: JunitSuite): string[] {
  return [
    `  <testsuite name="${escaped(name)}" ${counts(cases)} time="${seconds.toFixed(3)}" timestamp="${escaped(timestamp)}">`,
    ...properties("    ", own),
    ...cases.flatMap((one) => testCase(one, name)),
    "  </testsuite>",
  ];
}

function counts(cases: readonly JunitCase[]): string {
  const many = (verdict: FindingVerdict) => cases.filter((one) => one.verdict === verdict).length;
  return `tests="${cases.length}" failures="${many("fail")}" errors="${many("inconclusive")}" skipped="${many("not-applicable")}"`;
}

function testCase({ group, name, verdict, summary, numbers, body }: JunitCase, suite: string): string[] {
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

function flattened([name, value]: [string, number | Triple]): [string, string][] {
  if (typeof value === "number") return [[name, String(value)]];
  const parts = Object.entries(value).map(([part, number]): [string, string] => [
    `${name}.${part}`,
    String(number),
  ]);
  return [[name, numberText(name, value)], ...parts];
}

function properties(indent: string, entries: readonly (readonly [string, string])[]): string[] {
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
