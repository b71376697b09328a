import type { Policy } from "../../limiter/policy.ts";
import type { Promises } from "../../limiter/promised.ts";
import { type ClockSteadiness, clockSteadiness } from "./clock-steadiness.ts";
import { type ClockStep, clockStepsOf, withoutSteps } from "./clock-steps.ts";
import type { Claim, Evidence } from "./evidence.ts";
import type { FaultRecord, History } from "./history.ts";
import { countedBy, tracesOf } from "./traces-of.ts";
import { unplannedLife } from "./unplanned-lives.ts";

/** Works out once what all checkers need of `history`. Pure: the same history gives the same evidence. */
export function evidenceOf(history: History): Evidence {
  const counting = new Map<string | undefined, Counting>();
  const countingBy = (by: string | undefined): Counting => {
    const known = counting.get(by) ?? countingOf(history, by);
    counting.set(by, known);
    return known;
  };
  return {
    history,
    claims: history.policies.map(({ by }, index) => claimOf(history, index, countingBy(by))),
  };
}

type Counting = Pick<Claim, "traces" | "subjects">;

function countingOf(history: History, by: string | undefined): Counting {
  const counted = countedBy(history, by);
  return { subjects: counted.names, traces: tracesOf(history, counted) };
}

function claimOf(history: History, index: number, counting: Counting): Claim {
  const policy = history.policies[index];
  const promises = history.promises[index];
  if (policy === undefined || promises === undefined) {
    throw new RangeError(
      `the history has ${history.promises.length} promises for ${history.policies.length} policies`,
    );
  }
  const blind = history.faults.filter(({ breaksRedis = false }) => breaksRedis).map(unreadable);
  const steps = clockStepsOf(history.faults);
  const steadiness = clockSteadiness(withoutSteps(history.clock, steps), policy.windowMs, blind);
  return {
    policy,
    promises,
    ...counting,
    slackMs: promises.clockResolutionMs + steadiness.driftMs,
    // The host's clock may be steady where Redis's was never read, but it need not be the same.
    epochOffsetMs: history.clock.some(({ redisMs }) => redisMs !== null)
      ? offsetOf(history, policy, steps, steadiness)
      : null,
    clockDoubt: history.stateDoubt ?? unplannedLife(history) ?? clockDoubt(steadiness, policy, promises),
  };
}

/** Steps of whole windows move no border between two; any other leaves open where they lay. */
function offsetOf(
  { clock }: History,
  { windowMs }: Policy,
  steps: readonly ClockStep[],
  steadiness: ClockSteadiness,
): ClockSteadiness["offsetMs"] {
  const inStep = steps.every(({ byMs }) => byMs % windowMs === 0);
  return inStep ? steadiness.offsetMs : clockSteadiness(clock, windowMs).offsetMs;
}

/** So long after a fault of Redis itself its clock may still not be read: a call that is given up, and a connection. */
const reconnectMs = 2_000;

function unreadable({ fromMs, untilMs }: FaultRecord): { fromMs: number; untilMs: number } {
  return { fromMs: fromMs - reconnectMs, untilMs: untilMs + reconnectMs };
}

/** So long the clock may go unread, or one window if that is longer. */
const longestGapMs = 2_000;

function clockDoubt(steadiness: ClockSteadiness, { windowMs }: Policy, promises: Promises): string | null {
  const explainedMs = promises.clockResolutionMs + 0.5 * (windowMs / 1_000);
  const gapMs = steadiness.longestGapMs;
  if (gapMs === Number.POSITIVE_INFINITY) return "the clock was not sampled during the run";
  if (steadiness.certainDriftMs > explainedMs) {
    return `the clock moved by ${steadiness.certainDriftMs.toFixed(1)} ms within one window, more than ${explainedMs.toFixed(1)} ms that drift explains`;
  }
  if (gapMs > Math.max(longestGapMs, windowMs)) {
    return `the clock could not be read for ${(gapMs / 1_000).toFixed(1)} s`;
  }
  return null;
}
