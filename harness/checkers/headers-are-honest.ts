import type { ToldWait } from "../headers/told-wait.ts";
import { clockStepsOf } from "../history/clock-steps.ts";
import type { Claim, Evidence } from "../history/evidence.ts";
import type { Visit } from "../history/history.ts";
import type { Losses } from "../promises/eras.ts";
import { termsOf } from "../promises/promise.ts";
import { promiseOf } from "../promises/promise-of.ts";
import { counted } from "../promises/wording.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Checker } from "./checker.ts";
import { type ComeBackTerms, comeBacks } from "./headers/come-backs.ts";
import { falseQuotas } from "./headers/false-quotas.ts";
import { falseWaits } from "./headers/false-waits.ts";
import { type FieldsRead, readFields } from "./headers/field-mistakes.ts";
import { remarksOn } from "./headers/remarks-on.ts";
import { quotaIsOf, type ToldQuota, tellsQuota } from "./headers/told-quotas.ts";
import { decidedAlone, interruptionsOf, isInFault, type Visitor, visitorsOf } from "./headers/visits-of.ts";

/** Options of `headersAreHonest`. */
export interface HeadersAreHonestOptions {
  /** So many clients must have come back when they were told, else a pass would mean little. @default 10 */
  readonly fewestComeBacks?: number;
}

/**
 * Holds what answers told clients that own their subjects against the grammar of the fields, the policies, what the
 * promise leaves at that instant (`RateLimit`), what the client had used, and what happened when it came back
 * (`Retry-After`). Fields that tell what remains and cannot be held against any promise leave it inconclusive, but for
 * what no draft defines. Not applicable without such clients or without such fields; what was decided without Redis is
 * judged by its grammar alone. Where a fault loses state, or nothing is declared for it, every client's history begins anew.
 */
export function headersAreHonest({ fewestComeBacks = 10 }: HeadersAreHonestOptions = {}): Checker {
  return {
    name: "headers-are-honest",
    check: (evidence) => ({
      checker: "headers-are-honest",
      kind: "proof",
      ...outcomeOf(evidence, fewestComeBacks),
    }),
  };
}

type Outcome = Omit<Finding, "checker" | "kind">;

function outcomeOf(evidence: Evidence, fewestComeBacks: number): Outcome {
  const { history, claims } = evidence;
  const visits = decidedAlone(history);
  const losses = interruptionsOf(history);
  const answered = visits.filter(({ outcome }) => outcome === "allowed" || outcome === "denied");
  const withFields = answered.filter(({ fields: { date: _, ...told } }) => Object.keys(told).length > 0);
  const numbers = { visits: visits.length, visitsWithFields: withFields.length };
  if (visits.length === 0)
    return {
      verdict: "not-applicable",
      summary: "No client owned its subject, so nobody came back",
      numbers,
    };
  if (withFields.length === 0)
    return answered.length === 0
      ? { verdict: "inconclusive", summary: "No client that owned its subject was answered", numbers }
      : { verdict: "not-applicable", summary: "No answer has RateLimit or Retry-After", numbers };
  const read = new Map<Visit, FieldsRead>(
    answered.map((visit) => [visit, readFields(visit, history.policies)]),
  );
  const doubt = doubtOf(evidence);
  const visitors = doubt === null ? visitorsOf(visits, history.promises) : [];
  const quotas = quotasJudgedOf(evidence, visitors, read, losses);
  const terms = backTermsOf(claims, losses);
  const waitOf = (visit: Visit): ToldWait | null => {
    const wait = read.get(visit)?.wait ?? null;
    return wait?.kind === "date" && isInFault(visit, history.faults) ? null : wait;
  };
  const backs = visitors.map((visitor) => comeBacks(visitor, waitOf, terms));
  const sum = (of: readonly number[]): number => of.reduce((all, one) => all + one, 0);
  const convictions = [
    ...answered.flatMap((visit) => read.get(visit)?.mistakes ?? []),
    ...backs.flatMap(({ mistakes }) => mistakes),
    ...visitors.flatMap((visitor) => falseWaits(visitor, claims, { waitOf, losses })),
    ...quotas.flatMap(({ mistakes }) => mistakes),
  ];
  const all = {
    ...numbers,
    cameInTime: sum(backs.map((one) => one.inTime)),
    cameEarly: sum(backs.map((one) => one.early)),
    quotasJudged: sum(quotas.map((one) => one.judged)),
    convictions: convictions.length,
  };
  const remarks = remarksOn(answered);
  const [first, ...others] = [...new Set(convictions)];
  if (first !== undefined) {
    const many = convictions.length === 1 ? "" : `; ${counted(convictions.length)} fields were false`;
    return {
      verdict: "fail",
      summary: `${first}${many}`,
      numbers: all,
      notes: [...others.slice(0, 5), ...remarks],
    };
  }
  if (doubt !== null) {
    const summary = `Nobody can tell whether they are true: ${doubt}`;
    return { verdict: "inconclusive", summary, numbers: all, notes: remarks };
  }
  return { ...acquittal(answered, all, fewestComeBacks), numbers: all, notes: remarks };
}

interface Judged {
  readonly cameInTime: number;
  readonly cameEarly: number;
  readonly quotasJudged: number;
}

/** What it is worth that nothing was false: something must have been judged of whatever answers tell. */
function acquittal(
  answered: readonly Visit[],
  { cameInTime, cameEarly, quotasJudged }: Judged,
  fewestComeBacks: number,
): Pick<Finding, "verdict" | "summary"> {
  const denied = answered.filter(({ outcome }) => outcome === "denied");
  const untold = denied.filter(({ fields }) => fields["retry-after"] === undefined).length;
  if (quotasJudged === 0 && answered.some(tellsQuota))
    return {
      verdict: "inconclusive",
      summary: "Answers tell what remains, and nothing of it could be held against what is promised",
    };
  if (quotasJudged > 0 && untold === denied.length && untold >= fewestComeBacks)
    return {
      verdict: "pass",
      summary: `${counted(quotasJudged)} quotas were possible; none of ${counted(untold)} that were turned away was told when to come back`,
    };
  if (cameInTime < fewestComeBacks)
    return {
      verdict: "inconclusive",
      summary: `Only ${counted(cameInTime)} clients came back when they were told, ${counted(fewestComeBacks)} would show something`,
    };
  const summary = `${counted(quotasJudged)} quotas were possible, all ${counted(cameInTime)} that came back when told were let in, all ${counted(cameEarly)} that came more than a second sooner were not`;
  return { verdict: "pass", summary };
}

/** Why no window can be judged; nobody can be told how long to wait where Redis's clock is about to be set. */
function doubtOf({ history, claims }: Evidence): string | null {
  const doubt = claims.map(({ clockDoubt }) => clockDoubt).find((one) => one !== null) ?? null;
  return doubt ?? (clockStepsOf(history.faults).length === 0 ? null : "Redis's clock was set");
}

/** What holds for whoever comes back, whichever policy turned it away. */
function backTermsOf(claims: readonly Claim[], losses: Losses): ComeBackTerms {
  return {
    slackMs: claims.reduce((most, claim) => Math.max(most, termsOf(claim).longSlackMs), 0),
    memoryMs: claims.reduce((most, { promises }) => Math.max(most, promiseOf(promises.upper).memoryMs), 0),
    deniedConsumes: claims.some(({ promises }) => promises.deniedConsumes),
    losses,
  };
}

/** What each client's answers say of each policy, judged. */
function quotasJudgedOf(
  { history, claims }: Evidence,
  visitors: readonly Visitor[],
  read: ReadonlyMap<Visit, FieldsRead>,
  losses: Losses,
): ReturnType<typeof falseQuotas>[] {
  const { policies } = history;
  const all = [...read.values()].flatMap(({ quotas }) => quotas);
  return claims.flatMap((claim) => {
    const isOurs = quotaIsOf(claim.policy, policies, all);
    const toldBy = (visit: Visit): readonly ToldQuota[] => (read.get(visit)?.quotas ?? []).filter(isOurs);
    return visitors.map((visitor) =>
      falseQuotas(claim, visitor, { toldBy, losses, policies: policies.length }),
    );
  });
}
