import type { Claim, Evidence } from "../history/evidence.ts";
import type { History } from "../history/history.ts";
import { type Admissions, judgeAdmissions, rowsWithin } from "../promises/admissions.ts";
import { hasPhase } from "../promises/has-phase.ts";
import { slackOf } from "../promises/promise.ts";
import { queuedIn } from "../promises/queued-in.ts";
import { mildest } from "../promises/readings.ts";
import type { WorstSpan } from "../promises/span-record.ts";
import {
  blindShareOf,
  bluntPlaces,
  demandedPhases,
  type Sharpness,
  sharpnessNumbers,
  unknownPhases,
} from "../promises/teeth.ts";
import { called, counted, duration, percent, requestsWere } from "../promises/wording.ts";
import { type Finding, type Witness, witnessBy } from "../verdict/finding.ts";
import type { Checker } from "./checker.ts";

/** Options of `withinBound`. */
export interface WithinBoundOptions {
  /** A pass needs a history that would have convicted a limiter exceeding its limit by this share. @default 0.05 */
  readonly maxBlindShare?: number;
  /** Names of the phases that must be so sharp. @default all that are judged */
  readonly phases?: readonly string[];
}

/**
 * Fails when some subject was certainly let in more often than the promise allows, in a closed span of any length
 * and whatever happened inside the measured intervals.
 *
 * Only answers that say 200 count, and only those not decided locally: what Redis decided keeps the promise by
 * itself, and what a replica decided without it is judged by the fallback's own bound. An answer near a fault that does
 * not say who decided counts for neither where a fallback is declared. A limiter whose denials consume
 * is judged alike, for denied requests were not let in. A span across a loss of state is judged before
 * and after it.
 */
export function withinBound({ maxBlindShare = 0.05, phases }: WithinBoundOptions = {}): Checker {
  return {
    name: "within-bound",
    check: (evidence) => ({
      checker: "within-bound",
      kind: "proof",
      ...mildest(evidence, (reading) => verdictOf(reading, maxBlindShare, phases)),
    }),
  };
}

type Outcome = Omit<Finding, "checker" | "kind">;

function verdictOf(evidence: Evidence, maxBlindShare: number, named: readonly string[] | undefined): Outcome {
  const { history, claims } = evidence;
  const judged = claims
    .map((claim) => judgeAdmissions(claim, history))
    .filter(({ kind }) => kind.capacity < Number.POSITIVE_INFINITY);
  if (judged.length === 0)
    return { verdict: "not-applicable", summary: "The limiter promises no bound", numbers: {} };
  const demanded = demandedPhases(history.phases, named);
  const each = judged.map((admissions) => sharpnessOf(admissions, history, demanded, maxBlindShare));
  const sharpness = each.flat();
  const wanted = judged.flatMap((admissions, index) => wantedOf(admissions, each[index] ?? []));
  const guilty = worstOf(judged.filter(({ claim }) => claim.clockDoubt === null));
  const numbers = {
    worstExcess: guilty === null ? 0 : guilty.span.cost - guilty.span.bound,
    resolvingPower: blindShareOf(wanted),
    ...sharpnessNumbers(sharpness),
    judgedRequests: judged.reduce((sum, { countedIn }) => sum + total(countedIn), 0),
    judgedSubjects: judged.reduce((most, { subjects }) => Math.max(most, subjects), 0),
  };
  const notes = notesOn(judged);
  if (guilty !== null)
    return { ...convicted(guilty, evidence), numbers, notes: [...guiltNotes(guilty), ...notes] };
  const open = [
    ...unknownPhases(history.phases, named),
    ...openQuestions(judged, history, demanded, bluntPlaces(wanted, maxBlindShare)),
  ];
  const [first, ...rest] = open;
  if (first !== undefined)
    return { verdict: "inconclusive", summary: first, numbers, notes: [...rest, ...notes] };
  const summary = `No span of any of ${counted(numbers.judgedSubjects)} subjects let in more than promised; ${enoughToShow(numbers.resolvingPower)} more would have shown`;
  return { verdict: "pass", summary, numbers, notes };
}

/** By how much a limiter would have had to exceed its promise to be convicted by this history. */
function enoughToShow(blindShare: number): string {
  return blindShare <= 0 ? "one request" : percent(blindShare);
}

function sharpnessOf(
  admissions: Admissions,
  { phases }: History,
  demanded: readonly number[],
  maxBlindShare: number,
): Sharpness[] {
  const { claim, spans, countedIn } = admissions;
  return demanded.map((code) => {
    const fullest = spans.fullest[code] ?? 0;
    const queued = 1 - fullest > maxBlindShare ? queuedIn(admissions, code, maxBlindShare) : null;
    const more =
      queued === null
        ? "a subject that is kept at its limit, or a shorter wait for its answers, would prove more"
        : `answers that let in took ${duration(queued.waitMs)}, and so a span of ${duration(queued.enoughMs)} would prove enough: a longer --duration`;
    return {
      policy: claim.policy.name,
      phase: phases[code]?.name ?? "",
      blindShare: Math.max(0, 1 - fullest),
      missing:
        countedIn[code] === 0
          ? "nothing was let in"
          : `the fullest span proves only ${percent(fullest)} of what the promise allows; ${more}`,
    };
  });
}

/**
 * The sharpness that a pass wants: that of every phase. Where windows begin nobody knows where, how much of one a span
 * holds is up to where it began, and the sharpest phase shows what would have been seen.
 */
function wantedOf({ claim }: Admissions, all: readonly Sharpness[]): readonly Sharpness[] {
  if (!hasPhase(claim.promises.upper, ["unknown", "first-hit"])) return all;
  return all.toSorted((one, other) => one.blindShare - other.blindShare).slice(0, 1);
}

interface Guilt {
  readonly admissions: Admissions;
  readonly span: WorstSpan;
}

function worstOf(judged: readonly Admissions[]): Guilt | null {
  let worst: Guilt | null = null;
  for (const admissions of judged) {
    const span = admissions.spans.worst();
    if (span === null) continue;
    if (worst === null || span.cost - span.bound > worst.span.cost - worst.span.bound)
      worst = { admissions, span };
  }
  return worst;
}

function convicted({ admissions, span }: Guilt, { history }: Evidence): Omit<Outcome, "numbers"> {
  const { claim } = admissions;
  const witness = witnessOf(claim, span, history);
  const times = witness.cost === witness.rowCount ? "times" : "cost";
  return {
    verdict: "fail",
    summary: `${called(witness.subject)} was let in ${counted(span.cost)} ${times} in ${duration(span.untilMs - span.fromMs)}, the promise "${witness.policy}" allows ${counted(span.bound)}`,
    witness,
  };
}

function witnessOf(claim: Claim, span: WorstSpan, history: History): Witness {
  const { fromMs, untilMs, cost, bound, judging } = span;
  const rows = rowsWithin(claim, span, history);
  const subject = claim.subjects[claim.traces.subject[judging] ?? 0] ?? "";
  return witnessBy(rows, { subject, policy: claim.policy.name, fromMs, untilMs, cost, bound });
}

/** Fixed windows are convicted by all their spans together: the bound of one is then below the curve. */
function guiltNotes({ admissions, span }: Guilt): string[] {
  const { kind, terms, claim } = admissions;
  const spanMs = span.untilMs - span.fromMs;
  if (span.bound >= kind.curve(spanMs + slackOf(terms, claim.policy.windowMs, spanMs))) return [];
  return [
    "Other spans of this subject leave no place for a window to begin inside this one: wherever its windows began, one of them held as much",
  ];
}

function openQuestions(
  judged: readonly Admissions[],
  { phases }: History,
  demanded: readonly number[],
  blunt: readonly Sharpness[],
): string[] {
  const doubts = judged.flatMap(({ claim }) =>
    claim.clockDoubt === null ? [] : [`Windows cannot be judged: ${claim.clockDoubt}`],
  );
  const local = demanded.flatMap((code) => {
    const phase = phases[code];
    const requests = judged.reduce((most, { unexplainedIn }) => Math.max(most, unexplainedIn[code] ?? 0), 0);
    if (phase === undefined || requests === 0) return [];
    return [
      `In phase "${phase.name}" ${requestsWere(requests)} let in without asking Redis, though nothing was broken that explains it: the machine was too slow, or the limiter does not wait`,
    ];
  });
  const unseen = blunt.map(
    ({ policy, phase, missing }) => `Nothing is proved for "${policy}" in phase "${phase}": ${missing}`,
  );
  return [...new Set(doubts), ...local, ...(demanded.length === 0 ? ["No phase is judged"] : []), ...unseen];
}

function notesOn(judged: readonly Admissions[]): string[] {
  const slack = judged.map(
    ({ claim, terms }) =>
      `"${claim.policy.name}" is judged against ${JSON.stringify(claim.promises.upper)} with ${duration(terms.slackMs)} of slack, in closed spans of every length`,
  );
  const losses = judged.reduce((most, one) => Math.max(most, one.losses), 0);
  const local = judged.reduce((most, { localIn }) => Math.max(most, total(localIn)), 0);
  return [
    ...slack,
    ...(losses === 0
      ? []
      : [
          `State was lost ${losses === 1 ? "once" : `${counted(losses)} times`}: spans are judged before and after, never across`,
        ]),
    ...(local === 0 ? [] : [`${requestsWere(local)} let in without Redis, and not counted here`]),
  ];
}

function total(counts: Float64Array): number {
  return counts.reduce((sum, count) => sum + count, 0);
}
