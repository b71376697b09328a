import type { Evidence } from "../history/evidence.ts";
import { ratioText } from "../promises/ratio-text.ts";
import type { Finding, Triple } from "../verdict/finding.ts";
import { type MeasuredAccuracy, measureAccuracy } from "./accuracy/measure-accuracy.ts";
import type { Checker } from "./checker.ts";

/**
 * Compares what was admitted with the exact sliding window of the same policies: numbers for gates and comparisons.
 * It never fails, and it is a measurement, so that it never counts as the proof that a passing run needs. Its
 * triples nevertheless hold whatever the machine did.
 *
 * Blamed are requests of judged phases; all others consume. Denials count whoever issued them: what a replica denies
 * on its own share while the exact window has room is the price of its fallback. `unavailable` is no denial but
 * ambiguous, and its cost is shown beside.
 */
export function accuracy(): Checker {
  return { name, check: (evidence) => findingOf(evidence) };
}

const name = "accuracy";

function findingOf(evidence: Evidence): Finding {
  const base = { checker: name, kind: "measurement" } as const;
  const measured = measureAccuracy(evidence);
  if (measured === null) {
    return {
      ...base,
      verdict: "inconclusive",
      summary: "No request of a judged phase was allowed or denied, so there is nothing to compare",
      numbers: {},
    };
  }
  const doubt = evidence.claims.find(({ clockDoubt }) => clockDoubt !== null)?.clockDoubt ?? null;
  return {
    ...base,
    verdict: doubt === null ? "pass" : "inconclusive",
    summary: doubt === null ? summaryOf(measured) : `Windows cannot be compared: ${doubt}`,
    numbers: { ...measured },
    notes: notesOf(measured, evidence),
  };
}

function summaryOf({
  wronglyAllowedShare,
  wronglyDeniedShare,
  worstAdmittedRatio,
}: MeasuredAccuracy): string {
  return `Against the exact sliding window ${percent(wronglyAllowedShare)} of the allowed cost was too much, ${percent(wronglyDeniedShare)} of the cost due was missing, and the fullest window held ${ratioText(worstAdmittedRatio.estimate, 3)} of the limit`;
}

function percent({ proved, estimate, atMost }: Triple): string {
  const text = (share: number): string => `${(100 * share).toFixed(2)}`;
  return `${text(estimate)} % (${text(proved)} to ${text(atMost)} %)`;
}

function notesOf(measured: MeasuredAccuracy, { claims }: Evidence): string[] {
  const notes = ["Only requests of judged phases are blamed; those of other phases consume as they did"];
  if (claims.length > 1)
    notes.push(`A request had to fit the exact windows of all ${claims.length} policies at once`);
  if (measured.locallyDeniedCost > 0)
    notes.push(
      `Cost of ${measured.locallyDeniedCost} was denied by replicas on their own: where the exact window had room it counts as wrongly denied`,
    );
  if (measured.ambiguousCost > 0)
    notes.push(
      `Cost of ${measured.ambiguousCost} may or may not have been consumed (${measured.unavailableCost} of it was refused as unavailable): the bounds allow for both, the estimate assumes that it was not`,
    );
  return notes;
}
