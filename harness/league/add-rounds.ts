import { loadavg } from "node:os";
import { costBlocks } from "../compare/blocks/cost-blocks.ts";
import type { BlockNumbers } from "../compare/comparison.ts";
import { blockRateOf } from "../compare/comparison-of.ts";
import type { LeagueState } from "./league-state.ts";
import type { LeagueRequest, LeagueWatch } from "./run-league.ts";

/** How far the league has come, in steps of one contestant's run or block. */
export interface Progress {
  readonly done: number;
  readonly steps: number;
}

/** Measures and keeps the rounds of blocks that `state` does not hold; gives who could not be measured, and why. */
export async function addRounds(
  { contests, contestants, settings }: LeagueRequest,
  state: LeagueState,
  watch: LeagueWatch,
  { done, steps }: Progress,
): Promise<ReadonlyMap<string, string>> {
  const failures = new Map<string, string>();
  const [contest] = contests;
  if (contest === undefined) return failures;
  const targets = contestants.map(({ target }) => target);
  const kept = new Set<number>();
  for (let block = 1; block <= settings.blocks; block++)
    if ((await state.round(block)) !== null) kept.add(block);
  let at = done + kept.size * targets.length;
  const rounds = roundKeeper(state, failures);
  await costBlocks(
    {
      ...contest,
      targets,
      blocks: settings.blocks,
      isDone: (block) => kept.has(block),
      ratePerSecond: blockRateOf(contest),
    },
    {
      ...watch,
      onBlock(name, { block, numbers }) {
        rounds.add(name, numbers);
        watch.onNext(`block ${block} of ${settings.blocks}: ${name} is done`, ++at / steps);
      },
      onRound: (block) => rounds.keep(block),
      onFailure: (name, reason) => void failures.set(name, reason),
    },
  );
  return failures;
}

/** Gathers what is measured of one round, until it is kept. */
export interface RoundKeeper {
  readonly add: (name: string, numbers: BlockNumbers) => void;
  /** Keeps the round and begins the next; one in which nobody was measured is not kept. */
  readonly keep: (block: number) => Promise<void>;
}

/** Keeps rounds in `state`, each whole; `failures` says at any time who is measured no more, and why. */
export function roundKeeper(
  state: Pick<LeagueState, "keepRound">,
  failures: ReadonlyMap<string, string>,
): RoundKeeper {
  const measured = new Map<string, BlockNumbers>();
  return {
    add: (name, numbers) => void measured.set(name, numbers),
    async keep(block) {
      const numbers = Object.fromEntries(measured);
      measured.clear();
      if (Object.keys(numbers).length === 0) return;
      const [loadAverage = 0] = loadavg();
      const endedAt = new Date().toISOString();
      await state.keepRound({ block, numbers, failures: Object.fromEntries(failures), loadAverage, endedAt });
    },
  };
}
