import { exitCode } from "../refusal.ts";
import type { Finding, FindingVerdict } from "./finding.ts";
import type { GateResult, Verdict } from "./result.ts";

/** A run's verdict, the exit code that says it, and the one sentence why. */
export interface Decided {
  readonly verdict: Verdict;
  readonly exitCode: number;
  readonly reason: string;
}

/** One finding or gate, as far as the verdict is concerned. */
interface Voice {
  readonly name: string;
  readonly verdict: FindingVerdict;
  readonly summary: string;
}

/**
 * The worst finding or gate wins: fail, then inconclusive, then pass; what is not applicable is left out. A run
 * without a single passing proof has proved nothing, and is inconclusive at best.
 */
export function verdictOf(findings: readonly Finding[], gates: readonly GateResult[]): Decided {
  const voices: Voice[] = [
    ...findings.map(({ checker, verdict, summary }) => ({ name: checker, verdict, summary })),
    ...gates.map(({ expression, verdict, summary }) => ({ name: `gate ${expression}`, verdict, summary })),
  ];
  const failed = voices.filter(({ verdict }) => verdict === "fail");
  if (failed.length > 0) return { verdict: "fail", exitCode: exitCode.fail, reason: sentence(failed) };
  const undecided = voices.filter(({ verdict }) => verdict === "inconclusive");
  if (undecided.length > 0) return inconclusive(sentence(undecided));
  const proofs = findings.filter(({ kind, verdict }) => kind === "proof" && verdict === "pass");
  if (proofs.length === 0)
    return inconclusive("Nothing was proved: no proof applies to this limiter and passed");
  return { verdict: "pass", exitCode: exitCode.pass, reason: passed(proofs, gates) };
}

function inconclusive(reason: string): Decided {
  return { verdict: "inconclusive", exitCode: exitCode.inconclusive, reason };
}

/** The first voice in its own words, and how many more there are. */
function sentence(voices: readonly Voice[]): string {
  const [first, ...rest] = voices;
  if (first === undefined) return "";
  const more = rest.length === 0 ? "" : ` (also: ${rest.map(({ name }) => name).join(", ")})`;
  return `${first.name}: ${first.summary}${more}`;
}

function passed(proofs: readonly Finding[], gates: readonly GateResult[]): string {
  const held = gates.filter(({ verdict }) => verdict === "pass").length;
  const names = proofs.map(({ checker }) => checker).join(" and ");
  const gateWords = held === 0 ? "" : `, and ${held} ${held === 1 ? "gate" : "gates"} passed`;
  return `The promise was kept: proved by ${names}${gateWords}`;
}
