import { styleText } from "node:util";
import type { History } from "../harness/history/history.ts";
import type { FindingVerdict } from "../harness/verdict/finding.ts";
import type { Result } from "../harness/verdict/result.ts";
import type { JudgedRun } from "./report-format.ts";
import { type AccuracyRow, accuracyRows } from "./words/accuracy-rows.ts";
import { faultLines } from "./words/fault-lines.ts";
import { loadFacts } from "./words/load-facts.ts";
import { duration } from "./words/numerals.ts";
import { cut, plain } from "./words/plain.ts";
import { sentence } from "./words/sentence.ts";
import { verdictWords, worstFirst } from "./words/verdict-words.ts";
import { wrapped } from "./words/wrapped.ts";

/** How the screen is written. */
export interface VerdictScreen {
  /** Columns of the terminal; lines are broken to fit. @default 80 */
  readonly width?: number;
  /** Colours and signs beyond ASCII; off for pipes and NO_COLOR. */
  readonly colour: boolean;
  /** What was seen of the run: its faults are then told with their recovery. @default they are not told */
  readonly history?: History;
  /** Where the reader finds the rest. */
  readonly reportPath?: string;
}

type Style = Parameters<typeof styleText>[0];

/** The last screen of a run, to be read in five seconds: verdict, reason, findings, numbers, and where the report is. */
export function renderVerdict(result: Result, screen: VerdictScreen): string {
  const { width = 80, colour, history, reportPath } = screen;
  const paint: Paint = colour
    ? (style, text) => styleText(style, text, { validateStream: false })
    : (_, text) => text;
  const columns = Math.max(40, Math.min(width, 120)) - margin.length;
  const lines = [
    "",
    headline(result, paint, columns),
    ...wrapped(sentence(plain(result.reason)), columns).map((line) => paint("bold", line)),
    "",
    ...findingLines(result, paint, columns),
    "",
    ...(history === undefined ? [] : faultText({ result, history }, paint, columns)),
    ...factLines(result, paint, columns),
    ...(reportPath === undefined ? [] : ["", `${label("Report", paint)}${plain(reportPath, 1_000)}`]),
    `${label("Repeat", paint)}${plain(result.command, Number.POSITIVE_INFINITY)}`,
    "",
  ];
  const text = lines
    .map((line) => (line === "" ? "" : `${margin}${line.replaceAll("\u00a0", " ")}`))
    .join("\n");
  return colour ? text : ascii(text);
}

type Paint = (style: Style, text: string) => string;

const margin = "  ";
const labelWidth = 10;

const colours: Record<FindingVerdict, Style> = {
  pass: "green",
  fail: "red",
  inconclusive: "yellow",
  "not-applicable": "dim",
};

const badges: Record<Result["verdict"], Style> = {
  pass: ["bold", "black", "bgGreen"],
  fail: ["bold", "whiteBright", "bgRed"],
  inconclusive: ["bold", "black", "bgYellow"],
};

function headline(
  { verdict, scenario, variant, seed, durationMs }: Result,
  paint: Paint,
  columns: number,
): string {
  const { word, mark } = verdictWords[verdict];
  const badge = ` ${mark} ${word.toUpperCase()} `;
  const which = cut(`${plain(scenario, 40)} on ${plain(variant, 40)}`, columns - badge.length - 2);
  const detail = `seed ${seed}, ${duration(durationMs)}`;
  const fits = badge.length + which.length + detail.length + 4 <= columns;
  return `${paint(badges[verdict], badge)}  ${which}${fits ? `  ${paint("dim", detail)}` : ""}`;
}

function findingLines({ findings }: Result, paint: Paint, columns: number): string[] {
  const names = findings.map(({ checker }) => plain(checker, 24));
  const nameWidth = Math.max(...names.map((name) => name.length), labelWidth);
  return worstFirst(findings).flatMap(({ verdict, checker, summary }) => {
    const indent = nameWidth + 4;
    const [first = "", ...rest] = wrapped(plain(summary, 300), columns - indent);
    const name = plain(checker, 24).padEnd(nameWidth);
    const text = verdict === "not-applicable" ? paint("dim", `${name}  ${first}`) : `${name}  ${first}`;
    return [
      `${paint(colours[verdict], verdictWords[verdict].mark)} ${text}`,
      ...rest.map((line) => " ".repeat(indent) + line),
    ];
  });
}

/** One line a fault, broken to fit; what was not seen is marked. */
function faultText(run: JudgedRun, paint: Paint, columns: number): string[] {
  const lines = faultLines(run).flatMap(({ mark, name, story, isSeen }) => {
    const [first = "", ...rest] = wrapped(`${mark} ${name} ${story}`, columns - labelWidth - 2);
    const verdict = isSeen ? "pass" : "inconclusive";
    return [
      `${paint(colours[verdict], verdictWords[verdict].mark)} ${first}`,
      ...rest.map((line) => `  ${line}`),
    ];
  });
  return lines.length === 0 ? [] : [...labelled(label("Faults", paint), lines), ""];
}

function factLines(result: Result, paint: Paint, columns: number): string[] {
  const accuracy = result.accuracy === null ? [] : accuracyRows(result.accuracy);
  const facts: readonly (readonly [name: string, items: readonly string[]])[] = [
    ["Accuracy", accuracy.map(accuracyText)],
    ["Load", loadFacts(result)],
    ["Latency", latencyFacts(result)],
  ];
  const lines = facts
    .filter(([, items]) => items.length > 0)
    .flatMap(([name, items]) => labelled(label(name, paint), wrapped(joined(items), columns - labelWidth)));
  return [...lines, ...gateLines(result, paint, columns)];
}

function accuracyText({ label: name, triple, text }: AccuracyRow): string {
  const { proved, atMost } = triple;
  return `${name.toLowerCase()} ${proved === atMost ? text(proved) : `${text(proved)} to ${text(atMost)}`}`;
}

function latencyFacts({ latencyMs }: Result): string[] {
  if (latencyMs === null) return [];
  return [
    `p50 ${duration(latencyMs.p50)}`,
    `p99 ${duration(latencyMs.p99)}`,
    `max ${duration(latencyMs.max)}`,
  ];
}

function gateLines({ gates }: Result, paint: Paint, columns: number): string[] {
  const lines = worstFirst(gates).flatMap(({ verdict, expression, summary }) => {
    const text = `${plain(expression, 80)}: ${plain(summary, 200)}`;
    const [first = "", ...rest] = wrapped(text, columns - labelWidth - 2);
    return [
      `${paint(colours[verdict], verdictWords[verdict].mark)} ${first}`,
      ...rest.map((line) => `  ${line}`),
    ];
  });
  return lines.length === 0 ? [] : labelled(label("Gates", paint), lines);
}

function label(name: string, paint: Paint): string {
  return paint("dim", name.padEnd(labelWidth));
}

function labelled(name: string, [first = "", ...rest]: readonly string[]): string[] {
  return [`${name}${first}`, ...rest.map((line) => " ".repeat(labelWidth) + line)];
}

/** Items in a row; a line breaks between two of them, not inside one. */
function joined(items: readonly string[]): string {
  return items.map((item) => item.replaceAll(" ", "\u00a0")).join("\u00a0\u00b7 ");
}

/** Our own signs in ASCII, for pipes and logs. */
function ascii(text: string): string {
  return text
    .replace(/ \u00b7(?= |$)/gm, ",")
    .replaceAll("\u00d7", "x")
    .replaceAll("\u2026", "...")
    .replaceAll("\u2713", "+")
    .replaceAll("\u2717", "x")
    .replace(/[\u2212\u2013]/g, "-");
}
