import { Refusal } from "../refusal.ts";
import { pathMistake } from "./gate-path.ts";
import { type Gated, type Read, readPath } from "./read-path.ts";
import { combine, type Operator } from "./triple-arithmetic.ts";

/** A path into the result, or a number. */
export type Operand = { readonly path: string } | { readonly number: number };

/** A number of the result, or two of them combined, as `parseNumber` reads it. */
export interface GatedNumber {
  readonly left: Operand;
  /** What `left` is combined with; null for nothing. */
  readonly combined: { readonly operator: Operator; readonly right: Operand } | null;
}

/**
 * Reads `path` or `path op path`, either side of which may be a plain number. Null where it is written otherwise. Throws a
 * `Refusal` for a path that no result has; `said` is how the whole was typed.
 */
export function parseNumber(text: string, said: string): GatedNumber | null {
  const match = sumPattern.exec(text.trim());
  if (match === null) return null;
  const operator = operators.find((candidate) => candidate === (match[2] ?? match[4]));
  const right = match[3] ?? match[5];
  const left = operandOf(match[1] ?? "");
  const number: GatedNumber = {
    left,
    combined: operator === undefined || right === undefined ? null : { operator, right: operandOf(right) },
  };
  refuseMistakes(number, said);
  return number;
}

/** How a number may be written, without its sign. */
export const plainNumber: string = String.raw`(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?`;

const operandPattern = String.raw`${plainNumber}|[A-Za-z][\w:-]*(?:\.[\w:-]*)*`;
const sumPattern = new RegExp(
  String.raw`^(${operandPattern})(?:\s*([+*/])\s*(${operandPattern})|\s+(-)\s+(${operandPattern}))?$`,
);
const operators: readonly Operator[] = ["+", "-", "*", "/"];

function operandOf(text: string): Operand {
  return /^[A-Za-z]/.test(text) ? { path: text } : { number: Number(text) };
}

function refuseMistakes(number: GatedNumber, said: string): void {
  const paths = pathsOf(number);
  if (paths.length === 0)
    throw new Refusal(`The gate "${said}" names no number of the result: write it like 'latencyMs.p99<=20'.`);
  for (const path of paths) {
    const mistake = pathMistake(path);
    if (mistake !== null) throw new Refusal(`The result has no number ${path} (gate "${said}"): ${mistake}`);
  }
}

/** The paths that `number` reads. */
export function pathsOf({ left, combined }: GatedNumber): string[] {
  return [left, combined?.right].flatMap((side) => (side && "path" in side ? [side.path] : []));
}

/** What `number` is in `result`; `beside` are the runs that `variant.NAME.` may mean, `result` itself among them. */
export function readNumber({ left, combined }: GatedNumber, result: Gated, beside: readonly Gated[]): Read {
  const first = readOperand(left, result, beside);
  if (combined === null || "missing" in first) return first;
  const second = readOperand(combined.right, result, beside);
  if ("missing" in second) return second;
  const value = combine(combined.operator, first.value, second.value);
  return value === null ? { missing: "there is no number: it would take a division by zero" } : { value };
}

function readOperand(operand: Operand, result: Gated, beside: readonly Gated[]): Read {
  return "path" in operand ? readPath(operand.path, result, beside) : { value: operand.number };
}
