import type { History } from "../history/history.ts";
import { outcomeCode } from "../history/requests.ts";

/** Says whether the request of `row` got no answer, or an error, while its gateway was stopped by a fault. */
export type StoppedByUs = (row: number) => boolean;

/** These may come of a gateway that ends, is away, or is not ready yet. */
const excusable: ReadonlySet<number> = new Set([outcomeCode.lost, outcomeCode.refused, outcomeCode.error]);

/** What never came is taken to have been under way for so long at most. */
const longestMs = 1_000;

/**
 * A fault that ended the life of a gateway accounts for what that gateway did not answer until it was healed, that is until
 * the next life was ready: however long the machine took to start it, and in whatever phase. It excuses no other gateway.
 */
export function stoppedByUs({ lives, faults, requests }: History): StoppedByUs {
  const stops = faults.flatMap(({ fromMs, untilMs, replicas }) =>
    lives
      .filter(
        (life) =>
          life.endedItself === undefined &&
          life.untilMs !== null &&
          life.untilMs >= fromMs &&
          life.untilMs <= untilMs &&
          replicas.includes(life.replica),
      )
      .map(({ replica }) => ({ replica, fromMs, untilMs })),
  );
  if (stops.length === 0) return () => false;
  return (row) => {
    if (!excusable.has(requests.outcome[row] ?? 0)) return false;
    const sentMs = requests.sentMs[row] ?? Number.NaN;
    const receivedMs = requests.receivedMs[row] ?? Number.NaN;
    const overMs = Number.isNaN(receivedMs) ? sentMs + longestMs : receivedMs;
    return stops.some(
      ({ replica, fromMs, untilMs }) =>
        replica === requests.replica[row] && sentMs <= untilMs && overMs >= fromMs,
    );
  };
}
