import { clockStepsOf } from "../history/clock-steps.ts";
import type { Claim, Evidence } from "../history/evidence.ts";
import type { Visit } from "../history/history.ts";
import { type Losses, lossesOf } from "../promises/eras.ts";
import { termsOf } from "../promises/promise.ts";
import { promiseOf } from "../promises/promise-of.ts";
import { called, counted, duration } from "../promises/wording.ts";
import type { Finding } from "../verdict/finding.ts";
import type { Checker } from "./checker.ts";
import { type ComeBackTerms, comeBacks } from "./headers/come-backs.ts";
import { type FieldsRead, readFields } from "./headers/field-mistakes.ts";
import { remainingBounds } from "./headers/remaining-bounds.ts";
import { clearVisits, decidedAlone, type Visitor, visitorsOf } from "./headers/visits-of.ts";

/** Options of `headersAreHonest`. */
export interface HeadersAreHonestOptions {
  /** So many clients must have come back when they were told, else a pass would mean little. @default 10 */
  readonly fewestComeBacks?: number;
}

/**
 * Holds what answers told clients that own their subjects against the grammar of the fields, the policies, what the
 * promise leaves at that instant (`RateLimit`), and what happened to whoever came back (`Retry-After`). Not applicable
 * without such clients or without such fields; what was decided without Redis is judged by its grammar alone. Where a
 * fault loses state, every client's history begins anew.
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
  const losses = lossesOf(history.faults);
  const answered = visits.filter(({ outcome }) => outcome === "allowed" || outcome === "denied");
  const withFields = answered.filter(({ fields }) => Object.keys(fields).length > 0);
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
  const grammar = answered.flatMap((visit) => read.get(visit)?.mistakes ?? []);
  const doubt = doubtOf(evidence);
  const judged = doubt === null ? visitorsOf(visits, history.promises) : [];
  const quotas = judged.flatMap((visitor) =>
    claims.map((claim) => judgeQuotas(claim, visitor, read, losses)),
  );
  const terms = backTermsOf(claims, losses);
  const backs = judged.map((visitor) =>
    comeBacks(visitor, (visit) => read.get(visit)?.retryAfterMs ?? null, terms),
  );
  const sum = (of: readonly number[]): number => of.reduce((all, one) => all + one, 0);
  const inTime = sum(backs.map((one) => one.inTime));
  const early = sum(backs.map((one) => one.early));
  const quotasJudged = sum(quotas.map((one) => one.judged));
  const convictions = [
    ...grammar,
    ...backs.flatMap(({ mistakes }) => mistakes),
    ...quotas.flatMap(({ mistakes }) => mistakes),
  ];
  const all = {
    ...numbers,
    cameInTime: inTime,
    cameEarly: early,
    quotasJudged,
    convictions: convictions.length,
  };
  const [first, ...others] = [...new Set(convictions)];
  if (first !== undefined) {
    const many = convictions.length === 1 ? "" : `; ${counted(convictions.length)} fields were false`;
    return { verdict: "fail", summary: `${first}${many}`, numbers: all, notes: others.slice(0, 5) };
  }
  if (doubt !== null)
    return {
      verdict: "inconclusive",
      summary: `Nobody can tell whether they are true: ${doubt}`,
      numbers: all,
    };
  if (inTime < fewestComeBacks)
    return {
      verdict: "inconclusive",
      summary: `Only ${counted(inTime)} clients came back when they were told, ${counted(fewestComeBacks)} would show something`,
      numbers: all,
    };
  const summary = `${counted(quotasJudged)} quotas were possible, all ${counted(inTime)} that came back when told were let in, all ${counted(early)} that came more than a second sooner were not`;
  return { verdict: "pass", summary, numbers: all };
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

/** Judges what each answer says of the claim's policy. */
function judgeQuotas(
  claim: Claim,
  visitor: Visitor,
  read: ReadonlyMap<Visit, FieldsRead>,
  losses: Losses,
): { readonly judged: number; readonly mistakes: readonly string[] } {
  const bounds = remainingBounds(claim, visitor, losses);
  const { memoryMs } = promiseOf(claim.promises.upper);
  const isClear = clearVisits(visitor, memoryMs + termsOf(claim).longSlackMs, "forgiven", losses);
  const mistakes: string[] = [];
  let judged = 0;
  for (const [index, visit] of visitor.visits.entries()) {
    const quota = read.get(visit)?.quotas.get(claim.policy.name);
    const bound = bounds[index];
    if (quota === undefined || bound === undefined || !isClear[index]) continue;
    judged++;
    const { remaining, resetMs } = quota;
    const told = `${called(visitor.subject)} was told r=${remaining}`;
    if (remaining > bound.atMost) mistakes.push(`${told}, where at most ${bound.atMost} can remain`);
    if (remaining < bound.atLeast) mistakes.push(`${told}, where at least ${bound.atLeast} must remain`);
    if (resetMs !== null && resetMs >= bound.resetAtMostMs + resolutionMs)
      mistakes.push(
        `${called(visitor.subject)} was told t=${resetMs / 1_000}, where all that it used is forgotten within ${duration(bound.resetAtMostMs)}`,
      );
  }
  return { judged, mistakes };
}

/** Fields count whole seconds, rounded up. */
const resolutionMs = 1_000;
