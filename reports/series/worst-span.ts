import {
  type Finding,
  type FindingVerdict,
  type Witness,
  witnessAfter,
} from "../../harness/verdict/finding.ts";
import type { JudgedRun } from "../report-format.ts";
import { worstFirst } from "../words/verdict-words.ts";
import { witnessWords } from "../words/witness-words.ts";
import { tightestSpan } from "./tightest-span.ts";
import { type WitnessPicture, witnessPicture } from "./witness-picture.ts";

/** What a report shows as evidence, on the history's clock, and who found it: `checker` is null when nobody accused anything. */
export interface WorstSpan {
  readonly witness: Witness;
  /** `null` where there is nothing to draw. */
  readonly picture: WitnessPicture | null;
  readonly checker: string | null;
  readonly verdict: FindingVerdict;
}

/** The witness of the worst finding that names one; else where somebody came nearest to a promise, if all are kept. */
export function worstSpan({ result, history }: JudgedRun): WorstSpan | null {
  const accused = worstFirst(result.findings).find(hasWitness);
  if (accused !== undefined) {
    const witness = witnessAfter(accused.witness, history.run.originMs);
    const picture = witnessPicture(history, witness);
    return { witness, picture, checker: accused.checker, verdict: accused.verdict };
  }
  const witness = tightestSpan(history);
  return witness && { witness, picture: witnessPicture(history, witness), checker: null, verdict: "pass" };
}

/** What stands above it. */
export function spanHeading({ verdict, witness }: WorstSpan): string {
  return verdict === "fail" ? witnessWords[witness.kind].heading : "The tightest span";
}

function hasWitness(finding: Finding): finding is Finding & { readonly witness: Witness } {
  return finding.witness !== undefined;
}
