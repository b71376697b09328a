import type { Claim } from "../history/evidence.ts";
import type { History } from "../history/history.ts";
import { type Witness, witnessBy } from "../verdict/finding.ts";
import { rowsWithin } from "./admissions.ts";
import type { WorstSpan } from "./span-record.ts";

/** `span` of one subject of `claim`, with the requests that show what was let in. */
export function spanWitness(claim: Claim, span: WorstSpan, history: History): Witness {
  const { fromMs, untilMs, cost, bound, judging } = span;
  const rows = rowsWithin(claim, span, history);
  const subject = claim.subjects[claim.traces.subject[judging] ?? 0] ?? "";
  const { name: policy } = claim.policy;
  return witnessBy(rows, { kind: "let-in", subject, policy, fromMs, untilMs, cost, bound });
}
