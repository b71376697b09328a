import { nearestName } from "../nearest-name.ts";

interface Tree {
  readonly [name: string]: Tree | "number";
}

const triple: Tree = { proved: "number", estimate: "number", atMost: "number" };
const numbers = (...names: string[]): Tree => Object.fromEntries(names.map((name) => [name, "number"]));
const latencyMs = numbers("p50", "p90", "p99", "p999", "max");
const sendLagMs = numbers("p50", "p99", "max");
const load: Tree = {
  ...numbers("offered", "sent", "dropped", "achievedRatePerSecond", "sendingMs"),
  sendLagMs,
};
const outcomes = numbers("allowed", "denied", "unavailable", "errors", "lost");

/** Stands for any name: of a phase, of a checker, of a checker's number. */
const any = "*";

const inPhase: Tree = { load, outcomes, latencyMs };

const paths: Tree = {
  accuracy: { wronglyAllowedShare: triple, wronglyDeniedShare: triple, worstAdmittedRatio: triple },
  latencyMs,
  load,
  outcomes,
  durationMs: "number",
  replicas: "number",
  phase: { [any]: inPhase },
  phases: { [any]: inPhase },
  findings: { [any]: { [any]: triple } },
};

/** Null if `path` can be a number of some result; else what to type instead, as the end of a sentence. */
export function pathMistake(path: string): string | null {
  const scoped = scopeOf(path);
  if (scoped !== null) return scoped.rest === null ? unscoped(path) : null;
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

/** The run that a path begins with, as `variant.NAME.`: of its dots the first that leaves a number of a result. */
export function scopeOf(path: string): { readonly variant: string; readonly rest: string | null } | null {
  const [root, ...names] = path.split(".");
  if (root !== "variant") return null;
  for (let taken = 1; taken < names.length; taken++) {
    const rest = names.slice(taken).join(".");
    const isNamed = names.slice(0, taken).every((name) => name !== "");
    if (isNamed && !rest.startsWith("variant.") && pathMistake(rest) === null)
      return { variant: names.slice(0, taken).join("."), rest };
  }
  return { variant: names[0] ?? "", rest: null };
}

function unscoped(path: string): string {
  const [, name = "", ...rest] = path.split(".");
  const example = `variant.${name || "gcra"}.latencyMs.p99`;
  if (rest.length === 0 || rest[0] === "variant") return `write it like ${example}`;
  return pathMistake(rest.join(".")) ?? `write it like ${example}`;
}

function instead(path: string, parts: readonly string[]): string {
  const known = expansions(paths, parts, 0);
  const near =
    nearestName(path, known) ?? known.find((candidate) => path.startsWith(`${candidate}.`)) ?? null;
  if (near !== null) return `did you mean ${near}?`;
  const deeper = known.filter((candidate) => candidate.startsWith(`${path}.`));
  if (deeper.length > 0) return `give one of ${deeper.slice(0, 5).join(", ")}`;
  return `its numbers begin with ${Object.keys(paths).join(", ")}, variant`;
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
