import { plain } from "../../reports/words/plain.ts";
import { convictions, judgeTrial } from "./judge-trial.ts";
import type { TrialFinding, TrialOutcome } from "./trial.ts";

/**
 * The matrix mutant × checker as text, story by story, with the evidence of each conviction below its row and, for
 * whom nobody convicted, what was left open.
 */
export function renderMatrix(outcomes: readonly TrialOutcome[]): string {
  const checkers = [...new Set(outcomes.flatMap(({ findings }) => findings.map(({ checker }) => checker)))];
  const width = Math.max(0, ...outcomes.map(({ trial }) => trial.variant.length + seedWords(trial).length));
  const columns = checkers.map((checker) => ({ checker, short: initials(checker) }));
  const head = `${" ".repeat(width + 2)}  ${columns.map(({ short }) => short).join("  ")}`;
  const lines = outcomes.flatMap((outcome, index) => {
    const { scenario } = outcome.trial;
    const isFirst = outcomes[index - 1]?.trial.scenario !== scenario;
    return [...(isFirst ? ["", scenario, head] : []), row(outcome, width, columns), ...evidence(outcome)];
  });
  const legend = columns.map(({ checker, short }) => `${short} ${checker}`).join(", ");
  return [...lines, "", `F fails, . passes, ? inconclusive, - not applicable; ${legend}`].join("\n");
}

interface Column {
  readonly checker: string;
  readonly short: string;
}

const marks = { fail: "F", pass: ".", inconclusive: "?", "not-applicable": "-" } as const;

function row(outcome: TrialOutcome, width: number, columns: readonly Column[]): string {
  const { trial, findings } = outcome;
  const cells = columns.map(({ checker, short }) => {
    const finding = findings.find((one) => one.checker === checker);
    return (finding === undefined ? " " : marks[finding.verdict]).padEnd(short.length);
  });
  return `  ${`${trial.variant}${seedWords(trial)}`.padEnd(width)}  ${cells.join("  ")}  ${judgeTrial(outcome)}`;
}

function seedWords({ seed }: TrialOutcome["trial"]): string {
  return `, seed ${seed}`;
}

function evidence(outcome: TrialOutcome): string[] {
  const { trial, findings } = outcome;
  const verdict = judgeTrial(outcome);
  if (verdict === "acquitted") return [];
  if (verdict === "convicted")
    return convictions(findings, trial.convictedBy).map((one) => `      ${sentenceOf(one)}`);
  const telling = findings.filter((one) => one.verdict === "fail" || one.verdict === "inconclusive");
  return [
    ...telling.map((one) => `      ${one.verdict}: ${sentenceOf(one)}`),
    `      again: ${outcome.command}`,
  ];
}

/** Who says it, when it was, and in which words. */
export function sentenceOf({ checker, phase, summary }: TrialFinding): string {
  return `${checker}${phase === null ? "" : ` in ${phase}`}: ${plain(summary, 200)}`;
}

function initials(checker: string): string {
  return checker
    .split("-")
    .map((word) => word.charAt(0))
    .join("");
}
