import { Refusal } from "../refusal.ts";
import type { FindingVerdict } from "./finding.ts";
import { type Gated, pathMistake, type Read, readPath } from "./gate-path.ts";
import type { GateResult } from "./result.ts";
import { asTriple, combine, type Operator, type Value } from "./triple-arithmetic.ts";

/** How the number and the threshold must compare. */
export type Comparison = "<=" | "<" | ">=" | ">" | "==";

/** A path into the result, or a number. */
export type Operand = { readonly path: string } | { readonly number: number };

/** A threshold on a number of the result, as `parseGate` reads it. */
export interface Gate {
  /** As it was typed. */
  readonly expression: string;
  readonly left: Operand;
  /** What `left` is combined with before it is compared; null for nothing. */
  readonly combined: { readonly operator: Operator; readonly right: Operand } | null;
  readonly comparison: Comparison;
  readonly threshold: number;
  /** How far apart the bounds of a number may lie for its estimate to be believed. */
  readonly tolerance: number;
}

/**
 * Reads `path op number[±tolerance]`, like `accuracy.wronglyAllowedShare<=0.01±0.005` (`+-` does as well),
 * `phases.burst.latencyMs.p99<=20` or `outcomes.lost/load.sent<=0.001`. A minus between two numbers takes spaces, for
 * names have hyphens. Throws a `Refusal` that says what to type. Names of phases, checkers and their numbers cannot
 * be known yet: a wrong one is told by `evaluateGate`.
 */
export function parseGate(expression: string): Gate {
  const match = gatePattern.exec(expression);
  const comparison = comparisons.find((candidate) => candidate === match?.[2]);
  const sides = match === null ? null : splitSum(match[1] ?? "");
  if (match === null || comparison === undefined || sides === null) {
    throw new Refusal(
      `The gate "${expression}" cannot be read: write it like 'latencyMs.p99<=20' or 'accuracy.wronglyAllowedShare<=0.01±0.005'.`,
    );
  }
  const gate: Gate = {
    expression,
    ...sides,
    comparison,
    threshold: Number(match[3]),
    tolerance: Number(match[4] ?? 0),
  };
  refuseMistakes(gate);
  return gate;
}

const number = String.raw`(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`;
const gatePattern = new RegExp(
  String.raw`^\s*([^<>=]*?)\s*(<=|>=|==|<|>)\s*([-+]?${number})\s*(?:(?:±|\+-|\+/-)\s*(${number}))?\s*$`,
);
const comparisons: readonly Comparison[] = ["<=", "<", ">=", ">", "=="];
const operandPattern = String.raw`${number}|[A-Za-z][\w-]*(?:\.[\w-]*)*`;
const sumPattern = new RegExp(
  String.raw`^(${operandPattern})(?:\s*([+*/])\s*(${operandPattern})|\s+(-)\s+(${operandPattern}))?$`,
);

function splitSum(text: string): Pick<Gate, "left" | "combined"> | null {
  const match = sumPattern.exec(text);
  if (match === null) return null;
  const operator = operators.find((candidate) => candidate === (match[2] ?? match[4]));
  const right = match[3] ?? match[5];
  const left = operandOf(match[1] ?? "");
  return {
    left,
    combined: operator === undefined || right === undefined ? null : { operator, right: operandOf(right) },
  };
}

const operators: readonly Operator[] = ["+", "-", "*", "/"];

function operandOf(text: string): Operand {
  return /^[A-Za-z]/.test(text) ? { path: text } : { number: Number(text) };
}

function refuseMistakes({ expression, left, combined, threshold, tolerance }: Gate): void {
  const paths = [left, combined?.right].flatMap((side) => (side && "path" in side ? [side.path] : []));
  if (paths.length === 0)
    throw new Refusal(
      `The gate "${expression}" names no number of the result: write it like 'latencyMs.p99<=20'.`,
    );
  for (const path of paths) {
    const mistake = pathMistake(path);
    if (mistake !== null)
      throw new Refusal(`The result has no number ${path} (gate "${expression}"): ${mistake}`);
  }
  if (!Number.isFinite(threshold) || !Number.isFinite(tolerance))
    throw new Refusal(
      `The gate "${expression}" compares with a number that is too great: give a finite one.`,
    );
}

/**
 * Holds `gate` against `result`. A number known between bounds fails only if the threshold is missed for certain, and
 * passes if it is kept for certain, or by the estimate where the gate declares a tolerance that covers the bounds.
 * A missing number, or a measured one without good load, is inconclusive.
 */
export function evaluateGate(gate: Gate, result: Gated): GateResult {
  const { expression } = gate;
  const read = readSides(gate, result);
  if ("missing" in read) return { expression, actual: null, verdict: "inconclusive", summary: read.missing };
  const verdict = compare(read.value, gate);
  return { expression, actual: read.value, verdict, summary: summaryOf(read.value, gate, verdict) };
}

function readSides({ left, combined }: Gate, result: Gated): Read {
  const first = readOperand(left, result);
  if (combined === null || "missing" in first) return first;
  const second = readOperand(combined.right, result);
  if ("missing" in second) return second;
  const value = combine(combined.operator, first.value, second.value);
  return value === null ? { missing: "there is no number: it would take a division by zero" } : { value };
}

function readOperand(operand: Operand, result: Gated): Read {
  return "path" in operand ? readPath(operand.path, result) : { value: operand.number };
}

/** What each comparison demands of a value; the two of a triple's ends decide what is certain. */
const kept: Readonly<Record<Comparison, (value: number, gate: Gate) => boolean>> = {
  "<=": (value, { threshold }) => value <= threshold,
  "<": (value, { threshold }) => value < threshold,
  ">=": (value, { threshold }) => value >= threshold,
  ">": (value, { threshold }) => value > threshold,
  "==": (value, { threshold, tolerance }) => value >= threshold - tolerance && value <= threshold + tolerance,
};

/** So that bounds which lie exactly `tolerance` apart are covered. */
const rounding = 1e-9;

function compare(value: Value, gate: Gate): FindingVerdict {
  const { proved, estimate, atMost } = asTriple(value);
  const keeps = kept[gate.comparison];
  const { threshold, tolerance } = gate;
  if (keeps(proved, gate) && keeps(atMost, gate)) return "pass";
  if (gate.comparison === "==")
    return proved > threshold + tolerance || atMost < threshold - tolerance ? "fail" : "inconclusive";
  if (!keeps(proved, gate) && !keeps(atMost, gate)) return "fail";
  return keeps(estimate, gate) && atMost - proved <= tolerance * (1 + rounding) ? "pass" : "inconclusive";
}

function summaryOf(
  value: Value,
  { comparison, threshold, tolerance }: Gate,
  verdict: FindingVerdict,
): string {
  const { proved, estimate, atMost } = asTriple(value);
  const actual =
    typeof value === "number" ? text(value) : `${text(estimate)} (${text(proved)} to ${text(atMost)})`;
  const wanted = `${comparison} ${text(threshold)}${tolerance > 0 ? ` ± ${text(tolerance)}` : ""}`;
  if (verdict === "pass") return `${actual} is ${wanted}`;
  if (verdict === "fail") return `${actual} is not ${wanted}`;
  return `${actual} may or may not be ${wanted}: the bounds are ${text(atMost - proved)} apart`;
}

function text(value: number): string {
  return String(Number(value.toPrecision(4)));
}
