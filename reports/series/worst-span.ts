import {
  type Finding,
  type FindingVerdict,
  type Witness,
  witnessAfter,
} from "../../harness/verdict/finding.ts";
import type { JudgedRun } from "../report-format.ts";
import { worstFirst } from "../words/verdict-words.ts";
import { tightestSpan } from "./tightest-span.ts";

/** The span that a report shows as evidence, on the history's clock, and who found it: `checker` is null when nobody accused anything. */
export interface WorstSpan {
  readonly witness: Witness;
  readonly checker: string | null;
  readonly verdict: FindingVerdict;
}

/** The witness of the worst finding that names one; else where the hottest subject came nearest to its promise. */
export function worstSpan({ result, history }: JudgedRun): WorstSpan | null {
  const accused = worstFirst(result.findings).find(hasWitness);
  if (accused !== undefined) {
    const witness = witnessAfter(accused.witness, history.run.originMs);
    return { witness, checker: accused.checker, verdict: accused.verdict };
  }
  const witness = tightestSpan(history);
  return witness && { witness, checker: null, verdict: "pass" };
}

function hasWitness(finding: Finding): finding is Finding & { readonly witness: Witness } {
  return finding.witness !== undefined;
}
