import type { Claim, Evidence } from "../history/evidence.ts";
import { noPolicy } from "../history/requests.ts";
import { kindCode, type Traces } from "../history/traces.ts";
import type { Denials } from "../promises/denials.ts";
import { mildest } from "../promises/readings.ts";
import { demandedPhases, unknownPhases } from "../promises/teeth.ts";
import { called, counted, percent, requestsWere } from "../promises/wording.ts";
import { type Finding, type Witness, witnessRows } from "../verdict/finding.ts";
import type { Checker } from "./checker.ts";
import { judgedDenials, type Tally } from "./denials/judged-denials.ts";

/** Options of `noFalseDenials`. */
export interface NoFalseDenialsOptions {
  /** A pass needs a denial that would have been wrong, had this share of the limit been missing. @default 0.05 */
  readonly maxBlindShare?: number;
  /** Names of the phases that must have such a denial. @default all that are judged */
  readonly phases?: readonly string[];
}

/**
 * Fails when some request was certainly turned away although there was room for it, whatever happened inside the
 * measured intervals and whatever became of the requests that were lost.
 *
 * Judged are denials that do not say `local` and that no replica gave near answers of its own: a fallback's share
 * is rightly full while the whole limit is not. Where nobody may turn away alone (`open` and `closed` do not) all are judged,
 * whatever they say of themselves. A `local` one that was wrong though no fault explains it makes a pass inconclusive:
 * the machine may have been too slow. A denial under several policies is wrong if it is wrong under each, or under the one
 * that it names. Where denials consume, all other denials may have. Near a fault for which nothing is declared none is
 * blamed.
 */
export function noFalseDenials({ maxBlindShare = 0.05, phases }: NoFalseDenialsOptions = {}): Checker {
  return {
    name: "no-false-denials",
    check: (evidence) => ({
      checker: "no-false-denials",
      kind: "proof",
      ...mildest(evidence, (reading) => verdictOf(reading, maxBlindShare, phases)),
    }),
  };
}

type Outcome = Omit<Finding, "checker" | "kind">;

function verdictOf(evidence: Evidence, maxBlindShare: number, named: readonly string[] | undefined): Outcome {
  const { history, claims } = evidence;
  const { judges, tally } = judgedDenials(evidence);
  const doubt = claims.find(({ clockDoubt }) => clockDoubt !== null)?.clockDoubt;
  const demanded = demandedPhases(history.phases, named);
  const sharpest = demanded.map((code) => ({
    phase: history.phases[code]?.name ?? "",
    judged: tally.judgedIn[code] ?? 0,
    blindShare: Math.min(1, tally.sharpestIn[code] ?? 1),
  }));
  const numbers = {
    wrongDenials: doubt === undefined ? tally.wrong : 0,
    judgedDenials: tally.judged,
    resolvingPower: sharpest.reduce((most, { blindShare }) => Math.max(most, blindShare), 0),
  };
  if (judges.every(({ kind }) => kind.capacity === Number.POSITIVE_INFINITY) && tally.judged === 0)
    return { verdict: "not-applicable", summary: "The limiter does not promise when it denies", numbers: {} };
  const notes = notesOn(claims);
  if (doubt !== undefined && doubt !== null)
    return { verdict: "inconclusive", summary: `Windows cannot be judged: ${doubt}`, numbers, notes };
  if (tally.wrong > 0) return { ...convicted(evidence, judges, tally), numbers, notes };
  const [first, ...rest] = [
    ...unknownPhases(history.phases, named),
    ...demanded.flatMap((code) => wrongAlone(history.phases[code]?.name ?? "", tally.aloneIn[code] ?? 0)),
    ...sharpest.filter(({ blindShare }) => !(blindShare <= maxBlindShare)).map(missingFrom),
    ...(sharpest.length === 0 ? ["No phase is judged"] : []),
  ];
  if (first !== undefined)
    return { verdict: "inconclusive", summary: first, numbers, notes: [...rest, ...notes] };
  if (sharpest.length === 0)
    return { verdict: "inconclusive", summary: "No phase is judged", numbers, notes };
  const summary = `None of ${counted(tally.judged)} denials was wrong; a limit that is ${percent(numbers.resolvingPower)} short would have shown`;
  return { verdict: "pass", summary, numbers, notes };
}

function wrongAlone(phase: string, requests: number): string[] {
  if (requests === 0) return [];
  return [
    `In phase "${phase}" ${requestsWere(requests)} turned away without asking Redis, though there was room and nothing was broken that explains it: the machine was too slow, or the limiter does not wait`,
  ];
}

function missingFrom({
  phase,
  judged,
  blindShare,
}: {
  phase: string;
  judged: number;
  blindShare: number;
}): string {
  return judged === 0
    ? `Nothing is proved in phase "${phase}": nothing was denied that could have been let in`
    : `Nothing is proved in phase "${phase}": even its sharpest denial would be right if ${percent(blindShare)} of the limit were missing; shorter waits for answers, fewer lost ones, or a rested subject that runs into its limit would prove more`;
}

function convicted(
  evidence: Evidence,
  judges: readonly Denials[],
  { wrong, judged, worstRow }: Tally,
): Omit<Outcome, "numbers"> {
  const witness = witnessOf(evidence, judges, worstRow);
  const others =
    wrong === 1 ? "one denial was wrong" : `${counted(wrong)} of ${counted(judged)} denials were wrong`;
  const judging = evidence.claims.findIndex(({ policy }) => policy.name === witness.policy);
  const isUnlimited = judges[judging]?.kind.capacity === Number.POSITIVE_INFINITY;
  const although = isUnlimited
    ? "nobody is promised to be"
    : `at most ${counted(witness.cost)} of ${counted(witness.bound)} could have been used`;
  return {
    verdict: "fail",
    summary: `${called(witness.subject)} was turned away although ${although}; ${others}`,
    witness,
  };
}

function witnessOf({ history, claims }: Evidence, judges: readonly Denials[], row: number): Witness {
  const { requests } = history;
  const named = requests.policy[row] ?? noPolicy;
  let index = named === noPolicy ? 0 : named;
  let found = { group: -1, at: 0, excess: Number.NEGATIVE_INFINITY };
  judges.forEach(({ judge }, candidate) => {
    const traces = claims[candidate]?.traces;
    if (traces === undefined || (named !== noPolicy && named !== candidate)) return;
    const group = groupOf(traces, row);
    if (group < 0) return;
    judge(group, (at, excess) => {
      if (traces.row[at] !== row || excess < found.excess) return;
      index = candidate;
      found = { group, at, excess };
    });
  });
  const claim = claims[index];
  const kind = judges[index]?.kind;
  const subject = claim?.subjects[claim.traces.subject[found.group] ?? 0] ?? "";
  const fromMs = (requests.sentMs[row] ?? 0) - (kind?.memoryMs ?? 0) - (claim?.slackMs ?? 0);
  const untilMs = requests.receivedMs[row] ?? 0;
  // Where there is no limit a bound says nothing.
  const bound = kind === undefined || kind.capacity === Number.POSITIVE_INFINITY ? 0 : kind.capacity;
  const others = claim === undefined ? [] : consumedWithin(claim, found.group, fromMs, untilMs);
  const used = Number.isFinite(found.excess)
    ? Math.max(0, bound + found.excess - (requests.cost[row] ?? 0))
    : 0;
  return {
    subject,
    policy: claim?.policy.name ?? "",
    fromMs,
    untilMs,
    cost: Math.max(0, Math.ceil(used - 1e-3)),
    bound,
    rows: [row, ...others.slice(0, witnessRows - 1)].sort((a, b) => a - b),
    rowCount: others.length + 1,
  };
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

function notesOn(claims: readonly Claim[]): string[] {
  return claims.map(
    ({ policy, promises }) =>
      `"${policy.name}" is judged against ${JSON.stringify(promises.lower)}; every lost request is taken to have consumed its cost`,
  );
}
