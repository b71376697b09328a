import type { Claim, Evidence } from "../../history/evidence.ts";
import { noPolicy } from "../../history/requests.ts";
import { kindCode, type Traces } from "../../history/traces.ts";
import type { Denials } from "../../promises/denials.ts";
import { type Witness, witnessRows } from "../../verdict/finding.ts";

/**
 * What `judges` (one a claim) say of `row` of the history, which was turned away: all that may have counted against it
 * under the policy that is named or, if none is, where most did. Of more than a witness names, the newest.
 */
export function denialWitness(
  { history, claims }: Evidence,
  judges: readonly Denials[],
  row: number,
): Witness {
  const { requests } = history;
  const { claim, kind, group, excess } = judgedMost(claims, judges, row, requests.policy[row] ?? noPolicy);
  const fromMs = (requests.sentMs[row] ?? 0) - (kind?.memoryMs ?? 0) - (claim?.slackMs ?? 0);
  const untilMs = requests.receivedMs[row] ?? 0;
  const bound = kind?.capacity ?? Number.POSITIVE_INFINITY;
  const others = claim === undefined ? [] : consumedWithin(claim, group, fromMs, untilMs);
  const before = others.filter((other) => other !== row);
  const used = Number.isFinite(excess) ? bound + excess - (requests.cost[row] ?? 0) : 0;
  return {
    kind: "turned-away",
    subject: claim?.subjects[claim.traces.subject[group] ?? 0] ?? "",
    policy: claim?.policy.name ?? "",
    fromMs,
    untilMs,
    cost: Math.max(0, Math.ceil(used - 1e-3)),
    bound,
    rows: [row, ...before.slice(1 - witnessRows)].sort((a, b) => a - b),
    rowCount: before.length + 1,
  };
}

interface JudgedMost {
  readonly claim: Claim | undefined;
  readonly kind: Denials["kind"] | undefined;
  readonly group: number;
  readonly excess: number;
}

/** Where `row` exceeds most, of the policy called `named` or of all. */
function judgedMost(
  claims: readonly Claim[],
  judges: readonly Denials[],
  row: number,
  named: number,
): JudgedMost {
  let index = named === noPolicy ? 0 : named;
  let found = { group: -1, excess: Number.NEGATIVE_INFINITY };
  judges.forEach(({ judge }, candidate) => {
    const traces = claims[candidate]?.traces;
    if (traces === undefined || (named !== noPolicy && named !== candidate)) return;
    const group = groupOf(traces, row);
    if (group < 0) return;
    judge(group, (at, excess) => {
      if (traces.row[at] !== row || excess < found.excess) return;
      index = candidate;
      found = { group, excess };
    });
  });
  return { ...found, claim: claims[index], kind: judges[index]?.kind };
}

/** The group that `row` of the history is in; -1 if it is in none. */
function groupOf({ row: rows, starts, groups }: Traces, row: number): number {
  const at = rows.indexOf(row);
  if (at < 0) return -1;
  let group = 0;
  while (group + 1 < groups && (starts[group + 1] ?? 0) <= at) group++;
  return group;
}

/** Rows that may have been consumed in the span. */
function consumedWithin(
  { traces, promises }: Claim,
  group: number,
  fromMs: number,
  untilMs: number,
): number[] {
  const rows: number[] = [];
  for (let i = traces.starts[group] ?? 0; i < (traces.starts[group + 1] ?? 0); i++) {
    if (traces.kind[i] === kindCode.denied && !promises.deniedConsumes) continue;
    if ((traces.sentMs[i] ?? 0) > untilMs || (traces.untilMs[i] ?? 0) < fromMs) continue;
    rows.push(traces.row[i] ?? 0);
  }
  return rows;
}
