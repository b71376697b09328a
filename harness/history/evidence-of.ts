import { clockSteadiness } from "./clock-steadiness.ts";
import type { Claim, Evidence } from "./evidence.ts";
import type { History } from "./history.ts";
import type { Traces } from "./traces.ts";
import { tracesOf } from "./traces-of.ts";

/** Works out once what all checkers need of `history`. Pure: the same history gives the same evidence. */
export function evidenceOf(history: History): Evidence {
  const traces = tracesOf(history);
  return { history, claims: history.policies.map((_, index) => claimOf(history, index, traces)) };
}

function claimOf(history: History, index: number, traces: Traces): Claim {
  const policy = history.policies[index];
  const promises = history.promises[index];
  if (policy === undefined || promises === undefined) {
    throw new RangeError(
      `the history has ${history.promises.length} promises for ${history.policies.length} policies`,
    );
  }
  const { driftMs, certainDriftMs, offsetMs } = clockSteadiness(history.clock, policy.windowMs);
  const explainedMs = promises.clockResolutionMs + 0.5 * (policy.windowMs / 1_000);
  return {
    policy,
    promises,
    traces,
    slackMs: promises.clockResolutionMs + driftMs,
    epochOffsetMs: offsetMs,
    clockDoubt: clockDoubt(history, certainDriftMs, explainedMs),
  };
}

function clockDoubt({ clock }: History, certainDriftMs: number, explainedMs: number): string | null {
  if (clock.length === 0) return "no clock was sampled during the run";
  if (certainDriftMs <= explainedMs) return null;
  return `the clock moved by ${certainDriftMs.toFixed(1)} ms within one window, more than ${explainedMs.toFixed(1)} ms that drift explains`;
}
