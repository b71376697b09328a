import type { Evidence } from "../../history/evidence.ts";
import { outcomes } from "../../history/requests.ts";
import { kindCode } from "../../history/traces.ts";
import { countedBy } from "../../history/traces-of.ts";
import { deciderOf } from "../../promises/decider.ts";
import { promiseOf } from "../../promises/promise-of.ts";
import { called, counted, duration } from "../../promises/wording.ts";
import { type Finding, type Witness, witnessBy, witnessRows } from "../../verdict/finding.ts";
import type { CutOffAnswers } from "./against-declaration.ts";
import type { DeniedAlone } from "./denied-alone.ts";
import type { AloneJudgement, LocalClaim } from "./judge-alone.ts";

import type { WrittenBack } from "./written-back.ts";

/** What a finding says beyond its name. */
export type Outcome = Omit<Finding, "checker" | "kind">;

type Conviction = Omit<Outcome, "numbers">;

/** For answers that contradict what is declared, or themselves. */
export function declarationConviction(
  evidence: Evidence,
  { lies, undeclared, avowed }: CutOffAnswers,
): Conviction[] {
  const kinds = evidence.history.promises.map(({ withoutRedis }) => withoutRedis?.kind ?? "nothing");
  const what = [...new Set(kinds)].join(", ");
  return [
    ...accused(
      evidence,
      undeclared,
      (how) => `were ${how} while Redis certainly could not be reached, though "${what}" is declared`,
    ),
    ...accused(
      evidence,
      avowed,
      (how) =>
        `were ${how} without Redis, as they say themselves (source: local), though "${what}" is declared`,
    ),
    ...accused(
      evidence,
      lies,
      (how) => `were ${how} in the name of Redis (source: redis) while no answer of Redis could come`,
    ),
  ];
}

function accused(evidence: Evidence, rows: readonly number[], words: (how: string) => string): Conviction[] {
  const [row] = rows;
  if (row === undefined) return [];
  const { requests, subjects, policies } = evidence.history;
  const hows = new Set(rows.map((one) => outcomes[requests.outcome[one] ?? 0] ?? "answered"));
  const how = [...hows].map((one) => (one === "unavailable" ? "refused undecided" : one)).join(" or ");
  const witness: Witness = {
    kind: "answered",
    subject: subjects[requests.subject[row] ?? 0] ?? "",
    policy: policies[0]?.name ?? "",
    fromMs: requests.sentMs[row] ?? 0,
    untilMs: requests.receivedMs[row] ?? 0,
    cost: requests.cost[row] ?? 0,
    bound: 0,
    rows: rows.slice(0, witnessRows),
    rowCount: rows.length,
  };
  const many = rows.length === 1 ? "1 request" : `${counted(rows.length)} requests`;
  return [{ verdict: "fail", summary: `${many} ${words(how)}`, witness }];
}

/** For a span in which more was let in than the fallback allows; none where the clock is in doubt. */
export function aloneConviction(
  evidence: Evidence,
  { claim }: LocalClaim,
  { worst }: AloneJudgement,
): Conviction[] {
  if (worst === null || claim.clockDoubt !== null) return [];
  const { fromMs, untilMs, cost, bound, replica, group } = worst;
  const subject = claim.subjects[claim.traces.subject[group] ?? 0] ?? "";
  const rows = rowsOf(evidence, claim, worst);
  const { name: policy } = claim.policy;
  const witness = witnessBy(rows, { kind: "let-in", subject, policy, fromMs, untilMs, cost, bound });
  const span = duration(untilMs - fromMs);
  const summary =
    replica === null
      ? `${called(subject)} was let in for ${counted(cost)} in ${span} while replicas decided alone, the fallback of "${claim.policy.name}" allows ${counted(bound)}`
      : `Replica ${replica} let ${called(subject)} in for ${counted(cost)} in ${span} on its own, its share of "${claim.policy.name}" allows ${counted(bound)}`;
  return [{ verdict: "fail", summary, witness }];
}

/** For denials by a replica that had not used its share. */
export function denialConviction(
  { history }: Evidence,
  { claim }: LocalClaim,
  { wrong, judged, used, share }: DeniedAlone,
): Conviction[] {
  const [row] = wrong;
  if (row === undefined) return [];
  const { requests } = history;
  const { names, of } = countedBy(history, claim.policy.by);
  const subject = names[of[requests.subject[row] ?? 0] ?? 0] ?? "";
  const witness: Witness = {
    kind: "turned-away",
    subject,
    policy: claim.policy.name,
    fromMs: requests.sentMs[row] ?? 0,
    untilMs: requests.receivedMs[row] ?? 0,
    cost: used,
    bound: share,
    rows: wrong.slice(0, witnessRows),
    rowCount: wrong.length,
  };
  const many =
    wrong.length === 1
      ? "one denial was wrong"
      : `${counted(wrong.length)} of ${counted(judged)} denials were wrong`;
  const summary = `Replica ${requests.replica[row] ?? 0} turned ${called(subject)} away on its own although it can have used at most ${counted(used)} of its share of ${counted(share)}; ${many}`;
  return [{ verdict: "fail", summary, witness }];
}

/** For a fresh limit that a loss of Redis's data granted though the replicas declare to write theirs back. */
export function lossConviction(
  evidence: Evidence,
  { claim, promised }: LocalClaim,
  { worst }: WrittenBack,
): Conviction[] {
  if (worst === null) return [];
  const { fromMs, untilMs, cost, bound, group } = worst;
  const subject = claim.subjects[claim.traces.subject[group] ?? 0] ?? "";
  const rows = rowsOf(evidence, claim, { ...worst, replica: null, atOnce: bound, staleness: 0 });
  const { name: policy } = claim.policy;
  const witness = witnessBy(rows, { kind: "let-in", subject, policy, fromMs, untilMs, cost, bound });
  const summary = `${called(subject)} was let in for ${counted(cost)} in ${duration(untilMs - fromMs)} around the loss of Redis's data, though what was let in before is declared to be written back: of "${claim.policy.name}" (${counted(promised.limit)}) that allows ${counted(bound)}`;
  return [{ verdict: "fail", summary, witness }];
}

function rowsOf(
  { history }: Evidence,
  { traces, promises }: LocalClaim["claim"],
  { group, replica, fromMs, untilMs }: NonNullable<AloneJudgement["worst"]>,
): number[] {
  const decides = deciderOf(history, promiseOf(promises.upper).memoryMs);
  const rows: number[] = [];
  for (let i = traces.starts[group] ?? 0; i < (traces.starts[group + 1] ?? 0); i++) {
    const sent = traces.sentMs[i] ?? 0;
    const until = traces.untilMs[i] ?? 0;
    const row = traces.row[i] ?? 0;
    if (traces.kind[i] !== kindCode.allowed || sent < fromMs || until > untilMs) continue;
    const own = history.requests.replica[row] ?? 0;
    const alone = decides(own, traces.source[i] ?? 0, sent, until) === "local";
    if (replica === null || (own === replica && alone)) rows.push(row);
  }
  return rows.sort((a, b) => a - b);
}
