import type { History } from "../history/history.ts";
import { duration } from "../promises/wording.ts";

/** What became of gateways that ended though nobody had ended them: what happened, and what their logs end with. */
export interface UntimelyEnds {
  /** One sentence each, without a full stop. */
  readonly sentences: readonly string[];
  /** The end of each log. */
  readonly notes: readonly string[];
}

/** The gateways of `history` that ended by themselves, the first one first. */
export function untimelyEnds({ lives, run }: Pick<History, "lives" | "run">): UntimelyEnds {
  const ends = lives
    .flatMap(({ replica, untilMs, endedItself }) =>
      untilMs === null || endedItself === undefined ? [] : [{ replica, untilMs, ...endedItself }],
    )
    .sort((one, other) => one.untilMs - other.untilMs);
  return {
    sentences: ends.map(({ replica, untilMs, how, lastWords }) => {
      const last = lastWords.at(-1);
      const words = last === undefined ? "" : `, and its last words are "${last.slice(0, 120)}"`;
      return `gateway ${replica} ended by itself ${duration(Math.max(0, untilMs - run.originMs))} into the run (${how})${words}`;
    }),
    notes: ends.flatMap(({ replica, lastWords }) =>
      lastWords.length === 0 ? [] : [`The end of logs/gateway-${replica}.log: ${lastWords.join(" | ")}`],
    ),
  };
}
