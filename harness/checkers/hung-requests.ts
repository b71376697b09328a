import { controlKey } from "../history/control-key.ts";
import type { History } from "../history/history.ts";
import { givenUp, outcomeCode } from "../history/requests.ts";

/** Says whether the request of `row` was never answered while its gateway answered others. */
export type HungRequests = (row: number) => boolean;

/** What was sent so shortly before its gateway stopped may still have been under way, in milliseconds. */
const meanwhileMs = 250;

/**
 * Finds the requests that their limiter keeps and does not answer: given up at the end of their phase, though a control
 * that went to the same gateway `meanwhileMs` later or more was answered, and every control that went there after them.
 * This holds whatever the machine did: who answered later controls ran, and read what had come before them; and a
 * gateway that stopped for good, or one of several behind a port, leaves controls unanswered as well, which acquits all
 * that was sent before them.
 */
export function hungRequests({ requests, subjects }: History): HungRequests {
  const control = subjects.indexOf(controlKey);
  if (control < 0) return () => false;
  const lastAnsweredMs = new Map<number, number>();
  const lastSilentMs = new Map<number, number>();
  const placeOf = (row: number): number => (requests.phase[row] ?? 0) * 65_536 + (requests.replica[row] ?? 0);
  for (let row = 0; row < requests.count; row++) {
    const code = requests.outcome[row];
    if (requests.subject[row] !== control || code === outcomeCode.dropped) continue;
    const last = code === outcomeCode.control ? lastAnsweredMs : lastSilentMs;
    const place = placeOf(row);
    last.set(place, Math.max(last.get(place) ?? 0, requests.sentMs[row] ?? 0));
  }
  return (row) => {
    if (requests.outcome[row] !== outcomeCode.lost || requests.status[row] !== givenUp) return false;
    const sentMs = requests.sentMs[row] ?? Number.NaN;
    const place = placeOf(row);
    const answeredMs = lastAnsweredMs.get(place) ?? Number.NEGATIVE_INFINITY;
    const silentMs = lastSilentMs.get(place) ?? Number.NEGATIVE_INFINITY;
    return answeredMs >= sentMs + meanwhileMs && silentMs < sentMs;
  };
}
