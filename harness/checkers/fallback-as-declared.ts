import type { Evidence } from "../history/evidence.ts";
import { outcomeCode, sourceCode } from "../history/requests.ts";
import { demandedPhases, unknownPhases } from "../promises/teeth.ts";
import { counted, percent } from "../promises/wording.ts";
import type { Finding } from "../verdict/finding.ts";
import { measureAccuracy } from "./accuracy/measure-accuracy.ts";
import type { Checker } from "./checker.ts";
import { answersCutOff, type CutOffAnswers } from "./fallback/against-declaration.ts";
import {
  aloneConviction,
  declarationConviction,
  denialConviction,
  lossConviction,
  type Outcome,
} from "./fallback/conviction.ts";
import { capacityOf } from "./fallback/degraded-promise.ts";
import { type DeniedAlone, deniedAlone } from "./fallback/denied-alone.ts";
import { type AloneJudgement, judgeAlone, type LocalClaim, localClaims } from "./fallback/judge-alone.ts";
import { type WrittenBack, writtenBack } from "./fallback/written-back.ts";

/** Options of `fallbackAsDeclared`. */
export interface FallbackAsDeclaredOptions {
  /**
   * A pass needs a history that would have convicted a fallback exceeding its bound by this share. 1: none is needed,
   * for stories in which nobody has to decide without Redis. @default 0.05
   */
  readonly maxBlindShare?: number;
  /** So many subjects a replica can tell apart without Redis: what it denies is judged where there are no more. @default 10_000 */
  readonly keysInMemory?: number;
  /** Names of the phases with the outage and what follows it, taken together. @default all that are judged */
  readonly phases?: readonly string[];
}

/**
 * Fails when a limiter did not do without Redis what it declares: let in more than its fallback's bound, transitions
 * included, or denied what was within a replica's share; turned somebody away (`open`) or let somebody in (`closed`)
 * while it certainly could not reach Redis; or called an answer Redis's that could not be.
 *
 * Requests under way when a fault began or ended are nobody's lie. Where all replicas were cut off at once the bound
 * is that of the outage rule; where some were, a share more for each. Every loss of state may grant one fresh limit. A
 * pass needs a history in which replicas that grant the whole limit alone would have been convicted.
 */
export function fallbackAsDeclared(options: FallbackAsDeclaredOptions = {}): Checker {
  return {
    name: "fallback-as-declared",
    check: (evidence) => ({
      checker: "fallback-as-declared",
      kind: "proof",
      ...outcomeOf(evidence, options),
    }),
  };
}

function outcomeOf(evidence: Evidence, options: FallbackAsDeclaredOptions): Outcome {
  const { history } = evidence;
  const nothing = notJudged(evidence);
  if (nothing !== null) return { verdict: "not-applicable", summary: nothing, numbers: {} };
  const answers = answersCutOff(history);
  const codes = demandedPhases(history.phases, options.phases);
  const cases = localClaims(evidence).map((local) => caseOf(evidence, local, codes, options));
  const numbers = numbersOf(evidence, answers, cases, codes);
  const notes = notesOn(evidence, cases);
  const convictions = [
    ...declarationConviction(evidence, answers),
    ...cases.flatMap(({ local, recorded }) => aloneConviction(evidence, local, recorded)),
    ...cases.flatMap(({ local, writtenBack }) => lossConviction(evidence, local, writtenBack)),
    ...cases.flatMap(({ local, denied }) => denialConviction(evidence, local, denied)),
  ];
  const open = openQuestions(evidence, answers, cases, options);
  const [first, ...others] = convictions;
  if (first !== undefined)
    return { ...first, numbers, notes: [...others.map(({ summary }) => summary), ...open, ...notes] };
  const [question, ...rest] = open;
  if (question !== undefined)
    return { verdict: "inconclusive", summary: question, numbers, notes: [...rest, ...notes] };
  return { verdict: "pass", summary: passed(answers, cases), numbers, notes };
}

/** One policy with a `local` fallback, as it was and as it would have been with a cold one. */
interface Case {
  readonly local: LocalClaim;
  readonly recorded: AloneJudgement;
  readonly coldConvicted: boolean;
  readonly denied: DeniedAlone;
  readonly writtenBack: WrittenBack;
}

function caseOf(
  evidence: Evidence,
  local: LocalClaim,
  codes: readonly number[],
  { keysInMemory = 10_000 }: FallbackAsDeclaredOptions,
): Case {
  const recorded = judgeAlone(evidence, local, codes);
  return {
    local,
    recorded,
    coldConvicted: recorded.worst !== null || judgeAlone(evidence, local, codes, "cold").worst !== null,
    denied: deniedAlone(evidence, local, keysInMemory),
    writtenBack: writtenBack(evidence, local, keysInMemory),
  };
}

function notJudged({ history }: Evidence): string | null {
  const { promises, faults, requests } = history;
  if (promises.every(({ withoutRedis }) => withoutRedis === undefined))
    return "The limiter declares nothing for the time without Redis";
  if (faults.some(({ cutsOff = false }) => cutsOff)) return null;
  const writesBack = promises.some(
    ({ withoutRedis }) => withoutRedis?.kind === "local" && withoutRedis.writesBack,
  );
  if (writesBack && faults.some(({ losesState }) => losesState === "all")) return null;
  const alone = requests.source.some(
    (source, row) => source === sourceCode.local || requests.outcome[row] === outcomeCode.unavailable,
  );
  return alone ? null : "No replica was cut off from Redis, and none decided without it";
}

function openQuestions(
  { history, claims }: Evidence,
  { answered, unlabelled }: CutOffAnswers,
  cases: readonly Case[],
  { maxBlindShare = 0.05, phases }: FallbackAsDeclaredOptions,
): string[] {
  const cut = history.faults.some(({ cutsOff = false }) => cutsOff);
  const clock = claims.find(({ clockDoubt }) => clockDoubt !== null)?.clockDoubt ?? null;
  return [
    ...unknownPhases(history.phases, phases),
    ...(clock !== null && cases.length > 0 ? [`Windows cannot be judged: ${clock}`] : []),
    ...(cut && answered === 0
      ? [
          "Nothing was certainly decided without Redis: no request was sent and answered while a fault that cuts off was in force and seen",
        ]
      : []),
    ...(maxBlindShare >= 1 ? [] : cases.flatMap((one) => bluntness(one, maxBlindShare))),
    ...(unlabelled > 0
      ? [
          `${counted(unlabelled)} answers given without Redis do not say who decided, so whether a limiter tells the truth about it is not shown`,
        ]
      : []),
  ];
}

function bluntness({ local, recorded, coldConvicted }: Case, maxBlindShare: number): string[] {
  const { name } = local.claim.policy;
  const blind = blindShareOf(recorded);
  if (!coldConvicted)
    return [
      `Nothing is proved for "${name}": replicas that each let in the whole limit on their own would not have been convicted; more requests for one subject at every replica while Redis is away would`,
    ];
  if (blind <= maxBlindShare) return [];
  return [
    `Little is proved for "${name}": the fullest span with answers given without Redis proves only ${percent(1 - blind)} of what the fallback allows; a longer outage, or replicas that were asked about the subject shortly before it, would prove more`,
  ];
}

function blindShareOf({ together, single }: AloneJudgement): number {
  return Math.max(0, 1 - Math.max(together?.share ?? 0, single?.share ?? 0));
}

function numbersOf(
  evidence: Evidence,
  { answered, lies, unlabelled, undeclared }: CutOffAnswers,
  cases: readonly Case[],
  codes: readonly number[],
): Finding["numbers"] {
  const worst = cases.reduce<Case | null>((most, one) => (sizeOf(one) > sizeOf(most) ? one : most), null);
  const capacity = worst === null ? 1 : capacityOf(worst.local.promised);
  const together = worst?.recorded.together ?? null;
  const ratio = cases.length === 0 ? null : measuredIn(evidence, codes);
  return {
    answersCutOff: answered,
    falseLabels: lies.length,
    unlabelledAnswers: unlabelled,
    undeclaredAnswers: undeclared.length,
    ...(cases.length === 0
      ? {}
      : {
          stalenessCost: cases.reduce((most, { recorded }) => Math.max(most, recorded.staleness), 0),
          provedRatio: ((together?.share ?? 0) * (together?.atOnce ?? 0)) / capacity,
          boundRatio: (together?.atOnce ?? capacity) / capacity,
          resolvingPower: cases.reduce((most, { recorded }) => Math.max(most, blindShareOf(recorded)), 0),
          judgedLosses: cases.reduce((most, { writtenBack: { losses } }) => Math.max(most, losses), 0),
          fullestAroundLoss: cases.reduce(
            (most, { writtenBack: { fullestShare } }) => Math.max(most, fullestShare),
            0,
          ),
          judgedLocalDenials: cases.reduce((sum, { denied }) => sum + denied.judged, 0),
          wrongLocalDenials: cases.reduce((sum, { denied }) => sum + denied.wrong.length, 0),
          coldFallbackConvicted: cases.every(({ coldConvicted }) => coldConvicted) ? 1 : 0,
        }),
    ...(ratio === null ? {} : { worstAdmittedRatio: ratio.worstAdmittedRatio }),
  };
}

function sizeOf(one: Case | null): number {
  if (one === null) return -1;
  const { together } = one.recorded;
  return together === null ? 0 : (together.share * together.atOnce) / capacityOf(one.local.promised);
}

/** The accuracy of the demanded phases alone. */
function measuredIn(evidence: Evidence, codes: readonly number[]) {
  const { history, claims } = evidence;
  const areAsked = history.phases.every(({ role }, code) => (role === "judged") === codes.includes(code));
  if (areAsked) return measureAccuracy(evidence);
  const phases = history.phases.map((phase, code) => ({
    ...phase,
    role: codes.includes(code) ? ("judged" as const) : ("warmup" as const),
  }));
  return measureAccuracy({ history: { ...history, phases }, claims });
}

function passed({ answered }: CutOffAnswers, cases: readonly Case[]): string {
  if (cases.length === 0) return `All ${counted(answered)} answers given without Redis are as declared`;
  const least = cases.reduce((most, { recorded }) => Math.max(most, blindShareOf(recorded)), 0);
  return `Without Redis no subject was let in more often than the fallback declares, transitions included; ${least <= 0 ? "one request" : percent(least)} more would have shown`;
}

function notesOn({ history }: Evidence, cases: readonly Case[]): string[] {
  const losses = history.faults.filter(({ losesState }) => losesState !== "none").length;
  return [
    ...cases.map(({ local, recorded }) => {
      const { together } = recorded;
      const bound = together === null ? "nothing" : counted(together.atOnce);
      return `"${local.claim.policy.name}": all replicas together may let in ${bound} of ${counted(capacityOf(local.promised))}, ${counted(recorded.staleness)} of it for what they did not know of each other${recorded.late === 0 ? "" : `; after an outage a share more for each of ${counted(recorded.late)} that were not seen to come back in time`}`;
    }),
    ...cases.flatMap(unjudged),
    ...(losses === 0 ? [] : [`State was lost ${counted(losses)} times: each may grant one fresh limit`]),
  ];
}

/** What a pass does not speak of. */
function unjudged({ local, denied, writtenBack }: Case): string[] {
  const { name } = local.claim.policy;
  return [
    ...(denied.judged > 0
      ? []
      : [
          `"${name}": no denial without Redis could be judged, so whether a replica lets in its whole share is not shown`,
        ]),
    ...(writtenBack.losses > 0 || !local.declared.writesBack
      ? []
      : [
          `"${name}": no loss of Redis's data could be judged, so whether replicas write back what it lost is not shown`,
        ]),
  ];
}
