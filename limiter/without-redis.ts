import type { Asking } from "./batch.ts";
import { type Decision, letIn, unavailable } from "./decision.ts";

/** Decides what Redis cannot, and learns from what it can. All times are `performance.now()`. */
export interface WithoutRedis {
  /** The answer for a decision that Redis did not give in time. */
  readonly decide: (asking: Asking, nowMs: number) => Decision;
  /**
   * Redis has charged `asking` all the same, after its caller was told `told`: whether that is to be given back.
   * Called at most once for each, when it is known.
   */
  readonly givesBack: (asking: Asking, told: Decision) => boolean;
  /** Redis has decided, at some time between the two. */
  readonly learn?: (asking: Asking, decision: Decision, sentMs: number, receivedMs: number) => void;
  /** Redis has answered after a time in which it could not be asked. */
  readonly recovered?: (nowMs: number) => void;
  /** Redis has lost its data. */
  readonly stateLost?: (nowMs: number) => void;
}

/** `open` lets in what Redis cannot decide, `closed` refuses it as unavailable; neither keeps any count. */
export function openOrClosed(policy: string, fallback: "open" | "closed"): WithoutRedis {
  const answer = fallback === "open" ? letIn : unavailable;
  return {
    decide: () => answer(policy),
    givesBack: () => fallback === "closed",
  };
}
