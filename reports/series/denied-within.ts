import type { History } from "../../harness/history/history.ts";
import { outcomeCode } from "../../harness/history/requests.ts";
import { countedBy } from "../../harness/history/traces-of.ts";
import type { Witness } from "../../harness/verdict/finding.ts";

/** Says of a row whether the witness's policy counts it for the witness's subject and, where replicas count alone, replica. */
export function countsFor(history: History, { subject, policy, rows }: Witness): (row: number) => boolean {
  const { requests, policies } = history;
  const by = policies.find(({ name }) => name === policy)?.by;
  const { names, of, replicas = 1 } = countedBy(history, by);
  const owner = names.indexOf(subject);
  const replica = requests.replica[rows[0] ?? 0];
  return (row) =>
    of[requests.subject[row] ?? 0] === owner && (replicas === 1 || requests.replica[row] === replica);
}

/** When those were sent that were turned away within the witness's span and counted for it, after the span's start. */
export function deniedWithin(history: History, witness: Witness): number[] {
  const { requests } = history;
  const { fromMs, untilMs } = witness;
  const counts = countsFor(history, witness);
  const instants: number[] = [];
  for (let row = 0; row < requests.count; row++) {
    if (requests.outcome[row] !== outcomeCode.denied || !counts(row)) continue;
    const sentMs = requests.sentMs[row] ?? 0;
    if (sentMs >= fromMs && (requests.receivedMs[row] ?? 0) <= untilMs) instants.push(sentMs - fromMs);
  }
  return instants;
}
