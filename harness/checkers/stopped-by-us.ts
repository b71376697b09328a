import type { History } from "../history/history.ts";
import { outcomeCode } from "../history/requests.ts";

/** Says whether the request of `row` got no answer while its gateway was stopped by a fault. */
export type StoppedByUs = (row: number) => boolean;

/**
 * A fault that ended the life of a gateway accounts for that gateway's silence until it was healed, that is until the next
 * life was ready: however long the machine took to start it, and in whatever phase.
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
    const outcome = requests.outcome[row];
    if (outcome !== outcomeCode.lost && outcome !== outcomeCode.refused) return false;
    const sentMs = requests.sentMs[row] ?? Number.NaN;
    return stops.some(
      ({ replica, fromMs, untilMs }) =>
        replica === requests.replica[row] && sentMs >= fromMs && sentMs <= untilMs,
    );
  };
}
