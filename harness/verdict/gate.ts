import { Refusal } from "../refusal.ts";
import type { FindingVerdict } from "./finding.ts";
import { fourDigits } from "./four-digits.ts";
import { type GatedNumber, parseNumber, plainNumber, readNumber } from "./gated-number.ts";
import type { Gated } from "./read-path.ts";
import type { GateResult } from "./result.ts";
import { asTriple, type Value } from "./triple-arithmetic.ts";

/** How the number and the threshold must compare. */
export type Comparison = "<=" | "<" | ">=" | ">" | "==";

/** A threshold on a number of the result, as `parseGate` reads it. */
export interface Gate {
  /** As it was typed. */
  readonly expression: string;
  /** What is compared. */
  readonly number: GatedNumber;
  readonly comparison: Comparison;
  readonly threshold: number;
  /** How far apart the bounds of a number may lie for its estimate to be believed. */
  readonly tolerance: number;
}

/**
 * Reads `path op number[±tolerance]`, like `accuracy.wronglyAllowedShare<=0.01±0.005` (`+-` does as well),
 * `phase.burst.latencyMs.p99<=20`, `phase.burst.outcomes.lost/phase.burst.load.sent<=0.001` or
 * `variant.gcra.latencyMs.p50/variant.none.latencyMs.p50<=1.5`. A minus between two numbers takes spaces, for names have
 * hyphens. Throws a `Refusal` that says what to type. Names of phases, variants, checkers and their numbers cannot be
 * known yet: a wrong one is told by `evaluateGate`.
 */
export function parseGate(expression: string): Gate {
  const match = gatePattern.exec(expression);
  const comparison = comparisons.find((candidate) => candidate === match?.[2]);
  const number = match === null ? null : parseNumber(match[1] ?? "", expression);
  if (match === null || comparison === undefined || number === null) {
    throw new Refusal(
      `The gate "${expression}" cannot be read: write it like 'latencyMs.p99<=20' or 'accuracy.wronglyAllowedShare<=0.01±0.005'.`,
    );
  }
  const threshold = Number(match[3]);
  const tolerance = Number(match[4] ?? 0);
  if (!Number.isFinite(threshold) || !Number.isFinite(tolerance))
    throw new Refusal(
      `The gate "${expression}" compares with a number that is too great: give a finite one.`,
    );
  return { expression, number, comparison, threshold, tolerance };
}

const gatePattern = new RegExp(
  String.raw`^\s*([^<>=]*?)\s*(<=|>=|==|<|>)\s*([-+]?${plainNumber})\s*(?:(?:±|\+-|\+/-)\s*(${plainNumber}))?\s*$`,
);
const comparisons: readonly Comparison[] = ["<=", "<", ">=", ">", "=="];

/**
 * Holds `gate` against `result`. A number known between bounds fails only if the threshold is missed for certain, and
 * passes if it is kept for certain, or by the estimate where the gate declares a tolerance that covers the bounds.
 * A missing number, or a measured one without good load, is inconclusive. `beside` are the runs that a `variant.NAME.` of
 * the gate may mean, `result` among them.
 */
export function evaluateGate(gate: Gate, result: Gated, beside: readonly Gated[] = [result]): GateResult {
  const { expression } = gate;
  const read = readNumber(gate.number, result, beside);
  if ("missing" in read) return { expression, actual: null, verdict: "inconclusive", summary: read.missing };
  const verdict = compare(read.value, gate);
  return { expression, actual: read.value, verdict, summary: summaryOf(read.value, gate, verdict) };
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
  const shown = (one: number) => fourDigits(one, threshold);
  const actual =
    typeof value === "number" ? shown(value) : `${shown(estimate)} (${shown(proved)} to ${shown(atMost)})`;
  const wanted = `${comparison} ${threshold}${tolerance > 0 ? ` ± ${tolerance}` : ""}`;
  if (verdict === "pass") return `${actual} is ${wanted}`;
  if (verdict === "fail") return `${actual} is not ${wanted}`;
  return `${actual} may or may not be ${wanted}: the bounds are ${fourDigits(atMost - proved)} apart`;
}
