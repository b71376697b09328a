import { nearestName } from "../nearest-name.ts";
import type { Finding } from "./finding.ts";
import type { PhaseResult, Result } from "./result.ts";
import { finite, type Value } from "./triple-arithmetic.ts";

/** The parts of a result that gates can address. */
export type Gated = Pick<
  Result,
  "accuracy" | "latencyMs" | "load" | "outcomes" | "phases" | "findings" | "durationMs" | "replicas"
>;

/** A number of a result, or why there is none or none to be judged by. */
export type Read = { readonly value: Value } | { readonly missing: string };

interface Tree {
  readonly [name: string]: Tree | "number";
}

const triple: Tree = { proved: "number", estimate: "number", atMost: "number" };
const numbers = (...names: string[]): Tree => Object.fromEntries(names.map((name) => [name, "number"]));
const latencyMs = numbers("p50", "p90", "p99", "p999", "max");
const sendLagMs = numbers("p50", "p99", "max");
const load: Tree = { ...numbers("offered", "sent", "dropped", "achievedRatePerSecond"), sendLagMs };
const outcomes = numbers("allowed", "denied", "unavailable", "errors", "lost");

/** Stands for any name: of a phase, of a checker, of a checker's number. */
const any = "*";

const paths: Tree = {
  accuracy: { wronglyAllowedShare: triple, wronglyDeniedShare: triple, worstAdmittedRatio: triple },
  latencyMs,
  load,
  outcomes,
  durationMs: "number",
  replicas: "number",
  phases: { [any]: { load, outcomes, latencyMs } },
  findings: { [any]: { [any]: triple } },
};

/** Null if `path` can be a number of some result; else what to type instead, as the end of a sentence. */
export function pathMistake(path: string): string | null {
  const parts = path.split(".");
  let at: Tree | "number" = paths;
  for (const part of parts) {
    if (at === "number") return instead(path, parts);
    const next: Tree | "number" | undefined = Object.hasOwn(at, part) ? at[part] : at[any];
    if (next === undefined || part === "") return instead(path, parts);
    at = next;
  }
  return at === "number" || at === triple ? null : instead(path, parts);
}

function instead(path: string, parts: readonly string[]): string {
  const known = expansions(paths, parts, 0);
  const near =
    nearestName(path, known) ?? known.find((candidate) => path.startsWith(`${candidate}.`)) ?? null;
  if (near !== null) return `did you mean ${near}?`;
  const deeper = known.filter((candidate) => candidate.startsWith(`${path}.`));
  if (deeper.length > 0) return `give one of ${deeper.slice(0, 5).join(", ")}`;
  return `its numbers begin with ${Object.keys(paths).join(", ")}`;
}

/** Every path there can be, the names that are free taken from `parts`. */
function expansions(tree: Tree, parts: readonly string[], depth: number): string[] {
  return Object.entries(tree).flatMap(([key, below]) => {
    const name = key === any ? parts[depth] || "NAME" : key;
    if (below === "number") return [name];
    const inner = expansions(below, parts, depth + 1).map((rest) => `${name}.${rest}`);
    return below === triple ? [name, ...inner] : inner;
  });
}

/** Reads the number at `path`, which `pathMistake` found well formed. */
export function readPath(path: string, result: Gated): Read {
  const [root = "", name = "", ...rest] = path.split(".");
  if (root === "phases") return readPhase(path, name, rest, result);
  if (root === "findings") return readFinding(path, name, rest, result);
  const doubt = root === "latencyMs" ? loadDoubt(result) : root === "accuracy" ? accuracyDoubt(result) : null;
  return doubt === null ? descend(path, result, path.split(".")) : { missing: doubt };
}

function readPhase(path: string, name: string, rest: readonly string[], result: Gated): Read {
  const phase: PhaseResult | undefined = result.phases.find((candidate) => candidate.name === name);
  if (phase === undefined)
    return { missing: `there is no phase ${name}${hint(name, result.phases, "name")}` };
  const doubt = rest[0] === "latencyMs" ? loadDoubt(result) : null;
  return doubt === null ? descend(path, phase, rest) : { missing: doubt };
}

function readFinding(path: string, name: string, rest: readonly string[], result: Gated): Read {
  const finding: Finding | undefined = result.findings.find(({ checker }) => checker === name);
  if (finding === undefined)
    return { missing: `there is no finding ${name}${hint(name, result.findings, "checker")}` };
  const [number = ""] = rest;
  if (!Object.hasOwn(finding.numbers, number)) {
    const near = nearestName(number, Object.keys(finding.numbers));
    return { missing: `${name} found no ${number}${near === null ? "" : `: did you mean ${near}?`}` };
  }
  const doubt =
    name === "accuracy" ? accuracyDoubt(result) : finding.kind === "measurement" ? loadDoubt(result) : null;
  return doubt === null ? descend(path, finding.numbers, rest) : { missing: doubt };
}

/** What depends on the machine is judged only where the load was what it should be. */
function loadDoubt({ findings }: Gated): string | null {
  const finding = findings.find(({ checker }) => checker === "load-quality");
  if (finding === undefined) return "load-quality was not checked, so nothing measured can be judged";
  return finding.verdict === "pass" ? null : `load-quality is ${finding.verdict}: ${finding.summary}`;
}

/** Bounds on accuracy hold on any machine, but not without steady clocks. */
function accuracyDoubt({ findings }: Gated): string | null {
  const finding = findings.find(({ checker }) => checker === "accuracy");
  return finding === undefined || finding.verdict === "pass" ? null : finding.summary;
}

function hint<K extends string>(
  wanted: string,
  items: readonly Readonly<Record<K, string>>[],
  key: K,
): string {
  const names = items.map((item) => item[key]);
  const near = nearestName(wanted, names);
  if (near !== null) return `: did you mean ${near}?`;
  return names.length === 0 ? "" : `: there are ${names.join(", ")}`;
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
