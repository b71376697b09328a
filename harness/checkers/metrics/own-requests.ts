import type { ControlTally } from "./row-tally.ts";

/**
 * Our own requests past the limiter of a life, where it may decide or count them too: each may be counted, or not. They
 * explain what is counted, and prove nothing. Both counts are by reading, and grow.
 */
export interface OwnRequests {
  /** Asked for when the reading was received, itself among them. */
  readonly askedBy: readonly number[];
  /** Answered for the settling time when the reading was asked for. */
  readonly settledBy: readonly number[];
  /** What all of them took at most, in milliseconds. */
  readonly tookMs: number;
}

/** The same with `controls` among them. */
export function withControls(own: OwnRequests, controls: ControlTally): OwnRequests {
  return {
    askedBy: own.askedBy.map((count, at) => count + (controls.sentBy[at] ?? 0)),
    settledBy: own.settledBy.map((count, at) => count + (controls.settledBy[at] ?? 0)),
    tookMs: own.tookMs + controls.tookMs,
  };
}
