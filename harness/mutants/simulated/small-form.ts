import type { Policy } from "../../../limiter/policy.ts";
import type { Scenario } from "../../scenario.ts";

/** A scenario's numbers in simulated time. */
export interface SmallForm {
  readonly policies: readonly Policy[];
  readonly ratePerSecond: number;
  readonly stretch: number;
}

/** A tenth of what live runs of the matrix are given, so that the limits, a tenth too, are met as they are there. */
const RATE_PER_SECOND = 300;
/** Limits below are kept: one of them in a hundred is then no less than what a checker has to see. */
const LEAST_LIMIT = 20;
const STRETCH = 0.35;

/** The story at a tenth of its size and a third of its length: windows and shapes are its own, and a run takes milliseconds. */
export function smallForm({ policies }: Scenario): SmallForm {
  return { policies: policies.map(small), ratePerSecond: RATE_PER_SECOND, stretch: STRETCH };
}

function small(policy: Policy): Policy {
  const { limit } = policy;
  return { ...policy, limit: Math.max(Math.min(limit, LEAST_LIMIT), Math.round(limit / 10)) };
}
