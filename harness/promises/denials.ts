import type { Claim } from "../history/evidence.ts";
import type { History } from "../history/history.ts";
import { kindCode, type Traces } from "../history/traces.ts";
import { type Charges, chargesOf } from "./charges-of.ts";
import type { Undeclared } from "./decider.ts";
import { givenBack } from "./given-back.ts";
import { clearLedger, closeLedger, emptyLedger, enter, type Ledger } from "./ledger.ts";
import { type PromiseKind, type Terms, termsOf } from "./promise.ts";
import { promiseOf } from "./promise-of.ts";
import { type StepBack, type StepsBackOf, stepsBackOf } from "./steps-back.ts";

/** Hears of one denial: the most by which its own cost may have exceeded the limit; 0 or less proves it wrong. */
export type OnDenial = (at: number, excess: number) => void;

/**
 * The denials of one claim. `judge(group, onDenial)` tells of each denial of the group, whoever decided it;
 * `at` is its place in the claim's traces. Ledger and columns are reused.
 */
export interface Denials {
  readonly kind: PromiseKind;
  readonly judge: (group: number, onDenial: OnDenial) => void;
}

/** What judging needs for one subject, as large as the largest: allocated once, used for all claims and subjects. */
export interface DenialScratch {
  readonly ledger: Ledger;
  readonly excess: Float64Array;
  readonly stack: Uint32Array;
}

/** So often, at most, Redis's clock is set back in one run. */
const mostStepsBack = 1_000;

/** Room for every subject of `claims`. */
export function denialScratch(claims: readonly Claim[]): DenialScratch {
  let longest = 0;
  for (const { traces } of claims)
    for (let group = 0; group < traces.groups; group++)
      longest = Math.max(longest, (traces.starts[group + 1] ?? 0) - (traces.starts[group] ?? 0));
  return {
    // A request may have been charged twice: by a call that was cut, and as what a replica let in alone.
    ledger: emptyLedger(2 * longest + mostStepsBack),
    excess: new Float64Array(longest),
    stack: new Uint32Array(longest),
  };
}

/**
 * Denials of `claim`, against its lower promise. All that was let in may have been consumed, wherever it was
 * decided, and all that is ambiguous or was decided after Redis had been asked in vain; where denials consume, each
 * other denial too. What was given back for certain counts while it was under way, and what it may leave behind. What a
 * step back of Redis's clock may explain is told of as what nothing proves wrong.
 */
export function denialsOf(
  history: History,
  claim: Claim,
  scratch: DenialScratch,
  undeclared?: Undeclared,
): Denials {
  const kind = promiseOf(claim.promises.lower);
  const judging: Judging = {
    history,
    claim,
    kind,
    terms: termsOf(claim),
    charges: chargesOf(history, claim, undeclared),
    stepsBack: stepsBackOf(history, claim, kind),
    scratch,
  };
  return { kind, judge: (group, onDenial) => judgeGroup(judging, group, onDenial) };
}

interface Judging {
  readonly history: History;
  readonly claim: Claim;
  readonly kind: PromiseKind;
  readonly terms: Terms;
  readonly charges: Charges;
  readonly stepsBack: StepsBackOf;
  readonly scratch: DenialScratch;
}

function judgeGroup(
  { history, claim, kind, terms, charges, stepsBack, scratch }: Judging,
  group: number,
  onDenial: OnDenial,
): void {
  const { traces, promises } = claim;
  const from = traces.starts[group] ?? 0;
  const until = traces.starts[group + 1] ?? 0;
  if (!hasDenials(traces, from, until)) return;
  const { ledger } = scratch;
  const steps = stepsBack(from, until);
  const given = givenBack(history, claim, { kind, terms, charges }, [from, until]);
  let stepped = 0;
  clearLedger(ledger);
  for (let i = from; i < until; i++) {
    for (; (steps[stepped]?.fromMs ?? Number.POSITIVE_INFINITY) <= (traces.sentMs[i] ?? 0); stepped++)
      charge(ledger, steps[stepped]);
    const cost = given === null ? (traces.cost[i] ?? 0) : given.left(i);
    if (cost === 0) continue;
    for (const untilMs of [charges.counted(i), charges.cut(i)])
      if (!Number.isNaN(untilMs)) enter(ledger, traces.sentMs[i] ?? 0, untilMs, cost, 0);
  }
  closeLedger(ledger);
  const sentMs = traces.sentMs.subarray(from, until);
  kind.possibleExcess(ledger, terms, sentMs, until - from, scratch.excess);
  const within = kind.possibleWithin?.(ledger, terms);
  peaks(traces, from, until, scratch, (at, peak) => {
    // Where denials consume, its own cost is among what may have been consumed.
    const own = promises.deniedConsumes ? 0 : (traces.cost[at] ?? 0);
    const isRight = (traces.cost[at] ?? 0) > kind.capacity || isExcused(steps, traces, at);
    const excess = scratch.excess[at - from] ?? 0;
    const most = Math.max(peak, within?.(traces.sentMs[at] ?? 0, traces.untilMs[at] ?? 0, excess) ?? peak);
    onDenial(at, isRight ? Number.POSITIVE_INFINITY : most + own + (given?.passing(at) ?? 0));
  });
}

function charge(ledger: Ledger, step: StepBack | undefined): void {
  if (step !== undefined && Number.isFinite(step.cost))
    enter(ledger, step.fromMs, step.chargedMs, step.cost, 0);
}

function isExcused(steps: readonly StepBack[], { sentMs, untilMs }: Traces, at: number): boolean {
  return steps.some(
    ({ fromMs, excusedUntilMs }) => (untilMs[at] ?? 0) >= fromMs && (sentMs[at] ?? 0) <= excusedUntilMs,
  );
}

function hasDenials({ kind }: Traces, from: number, until: number): boolean {
  for (let i = from; i < until; i++) if (kind[i] === kindCode.denied) return true;
  return false;
}

/**
 * Finds for each denial the highest `excess` at any request sent while it was under way: between two of those it
 * never rises. From the last row to the first, `stack` keeps the rows that are higher than all between them and
 * here; the highest of an interval is the farthest of these that still lies in it.
 */
function peaks(
  { sentMs, untilMs, kind }: Traces,
  from: number,
  until: number,
  { excess, stack }: DenialScratch,
  onPeak: (at: number, peak: number) => void,
): void {
  let height = 0;
  for (let i = until - 1; i >= from; i--) {
    const here = excess[i - from] ?? 0;
    while (height > 0 && (excess[(stack[height - 1] ?? 0) - from] ?? 0) <= here) height--;
    stack[height++] = i;
    if (kind[i] !== kindCode.denied) continue;
    const endMs = untilMs[i] ?? 0;
    let low = 0;
    let high = height - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((sentMs[stack[middle] ?? 0] ?? 0) <= endMs) high = middle;
      else low = middle + 1;
    }
    onPeak(i, excess[(stack[low] ?? 0) - from] ?? 0);
  }
}
