import { nearestName } from "../nearest-name.ts";
import type { Finding } from "./finding.ts";
import { admissionDoubt, checkerDoubt, loadDoubt, sampleDoubt } from "./gate-doubts.ts";
import { scopeOf } from "./gate-path.ts";
import type { PhaseResult, Result } from "./result.ts";
import { finite, hull, type Value } from "./triple-arithmetic.ts";

/** The parts of a result that gates can address. */
export type Gated = Pick<
  Result,
  | "variant"
  | "accuracy"
  | "latencyMs"
  | "load"
  | "outcomes"
  | "phases"
  | "findings"
  | "durationMs"
  | "replicas"
>;

/** A number of a result, or why there is none or none to be judged by. */
export type Read = { readonly value: Value } | { readonly missing: string };

/**
 * Reads the number at `path`, which `pathMistake` found well formed. Behind `variant.NAME.` it is that of the runs in
 * `beside` of that variant: of several the hull, which holds whichever of them is meant.
 */
export function readPath(path: string, result: Gated, beside: readonly Gated[]): Read {
  const scoped = scopeOf(path);
  if (scoped === null) return readIn(path, result);
  const { variant, rest } = scoped;
  const runs = beside.filter((run) => run.variant === variant);
  if (runs.length === 0)
    return { missing: `there is no run of variant ${variant}${hint(variant, beside, "variant")}` };
  const values: Value[] = [];
  for (const run of runs) {
    const read = readIn(rest ?? "", run);
    if ("missing" in read) return { missing: `variant ${variant}: ${read.missing}` };
    values.push(read.value);
  }
  return { value: hull(values) };
}

function readIn(path: string, result: Gated): Read {
  const parts = path.split(".");
  const [root = "", name = "", ...rest] = parts;
  if (root === "phases" || root === "phase") return readPhase(path, name, rest, result);
  if (root === "findings") return readFinding(path, name, rest, result);
  if (root === "accuracy")
    return doubted(checkerDoubt(result, root) ?? admissionDoubt(name, result), path, result, parts);
  const doubt = root === "latencyMs" ? loadDoubt(result) : sampleDoubt(parts, result);
  return doubted(doubt, path, result, parts);
}

function readPhase(path: string, name: string, rest: readonly string[], result: Gated): Read {
  const phase: PhaseResult | undefined = result.phases.find((candidate) => candidate.name === name);
  if (phase === undefined)
    return { missing: `there is no phase ${name}${hint(name, result.phases, "name")}` };
  const doubt = rest[0] === "latencyMs" ? loadDoubt(result) : sampleDoubt(rest, phase);
  return doubted(doubt, path, phase, rest);
}

function readFinding(path: string, name: string, rest: readonly string[], result: Gated): Read {
  const finding: Finding | undefined = result.findings.find(({ checker }) => checker === name);
  if (finding === undefined)
    return { missing: `there is no finding ${name}${hint(name, result.findings, "checker")}` };
  const [number = ""] = rest;
  if (!Object.hasOwn(finding.numbers, number)) {
    const names = Object.keys(finding.numbers).map((key) => ({ key }));
    return { missing: `${name} found no ${number}${hint(number, names, "key")}` };
  }
  const doubt = checkerDoubt(result, name) ?? numberDoubt(finding, number, result);
  return doubted(doubt, path, finding.numbers, rest);
}

/** Accuracy holds whatever the load was, but is of admissions. */
function numberDoubt({ checker, kind }: Finding, number: string, result: Gated): string | null {
  if (checker === "accuracy") return admissionDoubt(number, result);
  return kind === "measurement" ? loadDoubt(result) : null;
}

function doubted(doubt: string | null, path: string, from: object, parts: readonly string[]): Read {
  return doubt === null ? descend(path, from, parts) : { missing: doubt };
}

function hint<K extends string>(
  wanted: string,
  items: readonly Readonly<Record<K, string>>[],
  key: K,
): string {
  const names = [...new Set(items.map((item) => item[key]))];
  const near = nearestName(wanted, names);
  if (near !== null) return `: did you mean ${near}?`;
  return names.length === 0 ? "" : `: there ${names.length === 1 ? "is" : "are"} ${names.join(", ")}`;
}

function descend(path: string, from: object, parts: readonly string[]): Read {
  let at: unknown = from;
  for (const part of parts) {
    if (typeof at !== "object" || at === null || !Object.hasOwn(at, part)) at = null;
    else at = (at as Readonly<Record<string, unknown>>)[part];
  }
  const value = isValue(at) ? finite(at) : null;
  return value === null ? { missing: `there is no number at ${path}` } : { value };
}

function isValue(value: unknown): value is Value {
  if (typeof value === "number") return true;
  return typeof value === "object" && value !== null && "proved" in value && "atMost" in value;
}
