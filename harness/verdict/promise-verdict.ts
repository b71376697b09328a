import type { Finding } from "./finding.ts";
import type { Verdict } from "./result.ts";
import { verdictOf } from "./verdict-of.ts";

/** Whether a limiter kept what it promises, and why. */
export interface PromiseVerdict {
  /** `null` where it promises nothing that was judged. */
  readonly verdict: Verdict | null;
  readonly reason: string;
}

/**
 * The verdict of the proofs alone: each judges what the limiter itself declares, whatever the machine did. What a
 * scenario asks beyond that (no errors while Redis is away, say) is left out: nobody fails by a promise that it does not make.
 */
export function promiseVerdict(findings: readonly Finding[]): PromiseVerdict {
  const proofs = findings.filter(({ kind, verdict }) => kind === "proof" && verdict !== "not-applicable");
  if (proofs.length === 0) return { verdict: null, reason: "It promises nothing that was judged here" };
  return verdictOf(proofs, []);
}
