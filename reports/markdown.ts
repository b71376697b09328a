import type { Triple } from "../harness/verdict/finding.ts";
import type { GateResult, Result } from "../harness/verdict/result.ts";
import type { JudgedRun, ReportFormat } from "./report-format.ts";
import { accuracyRows } from "./words/accuracy-rows.ts";
import { faultLines } from "./words/fault-lines.ts";
import { loadFacts } from "./words/load-facts.ts";
import { code, fenced, safe, signs } from "./words/markdown-text.ts";
import { duration, significant } from "./words/numerals.ts";
import { policyText } from "./words/policy-text.ts";
import { sentence } from "./words/sentence.ts";
import { tally, verdictWords, worstFirst } from "./words/verdict-words.ts";

/** `report.md`: the verdict and why, short enough for a pull request or a step summary. */
export const format: ReportFormat = {
  render: (run) => [{ path: "report.md", content: markdownOf(run) }],
};

function markdownOf(run: JudgedRun): string {
  const { result } = run;
  const { word } = verdictWords[result.verdict];
  const sections = [
    `## ${signs[result.verdict]} ${word}: ${code(result.scenario)} on ${code(result.variant)}`,
    `**${sentence(safe(result.reason))}**`,
    `${sentence(safe(result.about))} ${result.policies.map((policy) => code(policyText(policy))).join(", ")}; ${result.replicas} ${result.replicas === 1 ? "replica" : "replicas"}, seed ${result.seed}, ${duration(result.durationMs)}.`,
    findingsTable(result),
    faultList(run),
    accuracyTable(result),
    `**Load**: ${loadFacts(result).join(" \u00b7 ")}`,
    latencyLine(result),
    gatesTable(result),
    `Repeat it:\n\n${fenced(result.command)}`,
    `<sub>Gatecrash ${safe(result.environment.gatecrash, 40)} \u00b7 Node ${safe(result.environment.node, 40)} \u00b7 Redis ${safe(result.environment.redis, 120)} \u00b7 ${safe(result.environment.cpus, 80)} \u00b7 ${safe(result.startedAt, 40)}</sub>`,
  ];
  return `${sections.filter((section) => section !== "").join("\n\n")}\n`;
}

function findingsTable({ findings }: Result): string {
  const rows = worstFirst(findings).map(
    ({ verdict, checker, summary }) =>
      `| ${signs[verdict]} ${verdictWords[verdict].word} | ${code(checker)} | ${safe(summary)} |`,
  );
  return ["| Verdict | Checker | What was found |", "|:--|:--|:--|", ...rows].join("\n");
}

function faultList(run: JudgedRun): string {
  return faultLines(run)
    .map(
      ({ mark, name, story, isSeen }) =>
        `- ${isSeen ? "" : `${signs.inconclusive} `}**${mark}** ${code(name)} ${sentence(safe(story, 600))}`,
    )
    .join("\n");
}

function accuracyTable({ accuracy }: Result): string {
  if (accuracy === null) return "";
  const rows = accuracyRows(accuracy).map(({ label, triple, text }) => {
    const { proved, estimate, atMost } = triple;
    return `| ${label} | ${text(proved)} | ${text(estimate)} | ${text(atMost)} |`;
  });
  return [
    "| Against the exact sliding window | proved | estimate | at most |",
    "|:--|--:|--:|--:|",
    ...rows,
  ].join("\n");
}

function latencyLine({ latencyMs }: Result): string {
  if (latencyMs === null) return "";
  const { p50, p90, p99, p999, max } = latencyMs;
  return `**Latency** from the intended instant: p50 ${duration(p50)}, p90 ${duration(p90)}, p99 ${duration(p99)}, p99.9 ${duration(p999)}, max ${duration(max)}`;
}

function gatesTable({ gates }: Result): string {
  if (gates.length === 0) return "";
  const rows = gates.map(
    (gate) =>
      `| ${signs[gate.verdict]} | ${code(gate.expression)} | ${actualText(gate)} | ${safe(gate.summary)} |`,
  );
  return [`**Gates**: ${tally(gates)}`, "", "| | Gate | Actual | |", "|:--|:--|:--|:--|", ...rows].join("\n");
}

function actualText({ actual, verdict }: GateResult): string {
  if (actual === null) return verdict === "inconclusive" ? "missing" : "\u2013";
  if (typeof actual === "number") return significant(actual);
  const part = (name: keyof Triple) => significant(actual[name]);
  return `${part("proved")} to ${part("atMost")}, about ${part("estimate")}`;
}
