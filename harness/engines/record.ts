import {
  crowdedOut,
  givenUp,
  noPolicy,
  outcomeCode,
  type Requests,
  refundCode,
  sourceCode,
} from "../history/requests.ts";
import type { Answer } from "./answer.ts";
import type { EngineContext } from "./engine.ts";

/** Writes what `answer` says into `row`, and publishes the row. */
export function recordAnswer(
  { requests, controlSubject = -1 }: Pick<EngineContext, "requests" | "controlSubject">,
  row: number,
  answer: Answer,
  receivedMs: number,
): void {
  requests.receivedMs[row] = receivedMs;
  requests.status[row] = answer.status;
  requests.remaining[row] = answer.remaining();
  requests.retryAfterMs[row] = answer.retryAfterMs;
  requests.source[row] = answer.source;
  requests.policy[row] = answer.policy;
  if (answer.isGivenBack && requests.refund[row] === refundCode.asked)
    requests.refund[row] = refundCode.given;
  const isControl = requests.subject[row] === controlSubject;
  Atomics.store(requests.outcome, row, isControl ? outcomeCode.control : outcomeOf(answer));
}

/** Sent and never answered: `sentMs` stays. */
export function recordLost(requests: Requests, row: number): void {
  recordNothing(requests, row);
  Atomics.store(requests.outcome, row, outcomeCode.lost);
}

/** Sent, and given up: still open when nobody waited any more. */
export function recordGivenUp(requests: Requests, row: number): void {
  recordNothing(requests, row);
  requests.status[row] = givenUp;
  Atomics.store(requests.outcome, row, outcomeCode.lost);
}

/** Never sent. */
export function recordDropped(requests: Requests, row: number): void {
  recordNothing(requests, row);
  requests.sentMs[row] = Number.NaN;
  Atomics.store(requests.outcome, row, outcomeCode.dropped);
}

/** Never sent: no connection was free, because they were waiting for answers. */
export function recordCrowdedOut(requests: Requests, row: number): void {
  recordNothing(requests, row);
  requests.sentMs[row] = Number.NaN;
  requests.status[row] = crowdedOut;
  Atomics.store(requests.outcome, row, outcomeCode.dropped);
}

/** No connection could be made, as was known at `receivedMs`. */
export function recordRefused(requests: Requests, row: number, receivedMs: number): void {
  recordNothing(requests, row);
  requests.receivedMs[row] = receivedMs;
  Atomics.store(requests.outcome, row, outcomeCode.refused);
}

/** An answer that is no HTTP, with whatever status was read before it stopped making sense (0 if none). */
export function recordError(requests: Requests, row: number, receivedMs: number, status: number): void {
  recordNothing(requests, row);
  requests.receivedMs[row] = receivedMs;
  requests.status[row] = status;
  Atomics.store(requests.outcome, row, outcomeCode.error);
}

function outcomeOf({ status, unavailable }: Answer): number {
  if (status === 200) return outcomeCode.allowed;
  if (status === 429) return outcomeCode.denied;
  if (status === 503 && unavailable) return outcomeCode.unavailable;
  return outcomeCode.error;
}

function recordNothing(requests: Requests, row: number): void {
  requests.receivedMs[row] = Number.NaN;
  requests.status[row] = 0;
  requests.remaining[row] = -1;
  requests.retryAfterMs[row] = Number.NaN;
  requests.source[row] = sourceCode.unlabelled;
  requests.policy[row] = noPolicy;
}
