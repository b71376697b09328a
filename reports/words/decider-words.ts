import type { Decider } from "../series/source-series.ts";

/** How each decider is written, the same in every format. */
export const deciderWords: Readonly<Record<Decider, string>> = {
  redis: "Redis",
  local: "the replica itself",
  unavailable: "refused: unavailable",
  unlabelled: "not said",
  undecided: "error or no answer",
};
