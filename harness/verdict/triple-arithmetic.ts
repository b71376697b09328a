import type { Triple } from "./finding.ts";

/** A number, or one that is known between bounds. */
export type Value = number | Triple;

/** The operations between two numbers of a gate. */
export type Operator = "+" | "-" | "*" | "/";

/**
 * `a operator b`: a number of numbers, else a triple whose bounds hold for every two values within theirs.
 * Null where the result is not finite or the divisor may be zero.
 */
export function combine(operator: Operator, a: Value, b: Value): Value | null {
  const apply = operations[operator];
  if (typeof a === "number" && typeof b === "number") return finite(apply(a, b));
  const left = asTriple(a);
  const right = asTriple(b);
  if (operator === "/" && right.proved <= 0 && right.atMost >= 0) return null;
  const corners = [left.proved, left.atMost].flatMap((x) => [apply(x, right.proved), apply(x, right.atMost)]);
  return finite({
    proved: Math.min(...corners),
    estimate: apply(left.estimate, right.estimate),
    atMost: Math.max(...corners),
  });
}

/** A plain number is its own proof. */
export function asTriple(value: Value): Triple {
  return typeof value === "number" ? { proved: value, estimate: value, atMost: value } : value;
}

/** What holds whichever of `values` is meant; one alone stays what it is. At least one. */
export function hull(values: readonly Value[]): Value {
  const [first = Number.NaN] = values;
  if (values.length === 1) return first;
  const triples = values.map(asTriple);
  const estimates = triples.map(({ estimate }) => estimate).sort((a, b) => a - b);
  return {
    proved: Math.min(...triples.map(({ proved }) => proved)),
    estimate: estimates[Math.floor((estimates.length - 1) / 2)] ?? Number.NaN,
    atMost: Math.max(...triples.map(({ atMost }) => atMost)),
  };
}

/** `value` if all of it is finite, else null. */
export function finite(value: Value): Value | null {
  const { proved, estimate, atMost } = asTriple(value);
  return [proved, estimate, atMost].every(Number.isFinite) ? value : null;
}

const operations: Readonly<Record<Operator, (a: number, b: number) => number>> = {
  "+": (a, b) => a + b,
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "/": (a, b) => a / b,
};
