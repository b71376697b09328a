import { loadavg } from "node:os";
import type { BlockMeasure, Comparison, RunMeasure } from "../compare/comparison.ts";
import { type ComparedEntry, comparisonOf } from "../compare/comparison-of.ts";
import {
  type Contest,
  type Contestant,
  type ContestRequest,
  runContestant,
} from "../compare/run-contestant.ts";
import type { Environment } from "../history/history.ts";
import type { RunWatch } from "../run/run-request.ts";
import { addRounds } from "./add-rounds.ts";
import type { League, LeagueSettings } from "./league.ts";
import type { KeptRound, KeptRun, LeagueState } from "./league-state.ts";

/** What is to be run. */
export interface LeagueRequest {
  readonly settings: LeagueSettings;
  /** One a scenario of the standing set, in its order. */
  readonly contests: readonly ContestRequest[];
  /** Those of the settings, in their order; the first is what costs are compared with. */
  readonly contestants: readonly Contestant[];
  readonly margin: number;
  readonly command: string;
}

/** Who watches a league. */
export interface LeagueWatch extends RunWatch {
  /** What begins now, and how much of all is done, 0 to 1. */
  readonly onNext: (what: string, doneShare: number) => void;
}

/** What could not be run, and why. */
type Failures = Map<string, string>;

/**
 * Runs what `state` does not hold yet: every contestant in every scenario, in turns, then the blocks. An inconclusive run
 * is followed by one more, which counts. A run is kept as soon as it is done, blocks round by round. Who cannot be run is a row that says why; it is tried again when the league goes
 * on, but not in a round that is kept.
 */
export async function runLeague(
  request: LeagueRequest,
  state: LeagueState,
  watch: LeagueWatch,
): Promise<League> {
  const { contests, contestants, settings } = request;
  const failures: Failures = new Map();
  const steps = (contests.length + settings.blocks) * contestants.length;
  let done = 0;
  for (const contest of contests)
    for (const contestant of contestants) {
      const { scenarioName } = contest;
      const { name } = contestant.target;
      done++;
      if ((await state.run(scenarioName, name)) !== null) continue;
      watch.onNext(`${scenarioName}: ${name}`, (done - 1) / steps);
      const [loadAverage = 0] = loadavg();
      try {
        const contested = await contestedTwice(contest, contestant, watch);
        const endedAt = new Date().toISOString();
        await state.keepRun(scenarioName, name, { ...contested, loadAverage, endedAt });
      } catch (error) {
        watch.signal.throwIfAborted();
        const reason = error instanceof Error ? error.message : String(error);
        failures.set(`${scenarioName} ${name}`, reason);
        watch.onStep(`could not be run: ${reason}`);
      }
    }
  for (const [name, reason] of await addRounds(request, state, watch, { done, steps }))
    failures.set(`blocks ${name}`, reason);
  return leagueOf(request, state, failures);
}

/** What a busy machine spoiled gets another turn; a verdict of guilty stands. */
async function contestedTwice(
  contest: ContestRequest,
  contestant: Contestant,
  watch: LeagueWatch,
): Promise<Contest & Pick<KeptRun, "isSecond">> {
  const first = await runContestant(contest, contestant, 1, watch);
  if (first.measure.verdict !== "inconclusive") return { ...first, isSecond: false };
  watch.onStep("inconclusive; once more");
  return { ...(await runContestant(contest, contestant, 1, watch)), isSecond: true };
}

/** What `state` holds, as comparisons. */
async function leagueOf(
  { settings, contests, contestants, command, margin }: LeagueRequest,
  state: LeagueState,
  failures: Failures,
): Promise<League> {
  const common = { contestants, margin, command };
  const { startedAt } = state;
  const kept: Pick<KeptRun, "loadAverage" | "endedAt">[] = [];
  let secondRuns = 0;
  const comparisons: Comparison[] = [];
  let environment: Environment | null = null;
  for (const contest of contests) {
    const { scenarioName } = contest;
    const entries: ComparedEntry[] = [];
    for (const contestant of contestants) {
      const { name } = contestant.target;
      const run = await state.run(scenarioName, name);
      if (run !== null) kept.push(run);
      if (run?.isSecond === true) secondRuns++;
      environment ??= run?.environment ?? null;
      const runs: readonly RunMeasure[] = run === null ? [] : [run.measure];
      const failure = failures.get(`${scenarioName} ${name}`) ?? null;
      entries.push({ contestant, runs, blocks: [], failure });
    }
    comparisons.push(
      comparisonOf({ ...contest, ...common, trials: 1, blocks: 0 }, { startedAt, environment, entries }),
    );
  }
  const rounds = await roundsOf(state, settings);
  kept.push(...rounds);
  const entries = contestants.map((contestant): ComparedEntry => costsOf(contestant, rounds, failures));
  const [first] = contests;
  if (first === undefined) throw new RangeError("A league needs a scenario.");
  const whole = { ...first, ...common, trials: 0, blocks: settings.blocks };
  const costs = comparisonOf(whole, { startedAt, environment, entries });
  const endedAt = kept.map((one) => one.endedAt).reduce((a, b) => (a > b ? a : b), startedAt);
  const loadAverages = kept.map(({ loadAverage }) => loadAverage);
  return { settings, command, startedAt, endedAt, loadAverages, secondRuns, comparisons, costs };
}

async function roundsOf(state: LeagueState, { blocks }: LeagueSettings): Promise<readonly KeptRound[]> {
  const rounds: KeptRound[] = [];
  for (let block = 1; block <= blocks; block++) {
    const round = await state.round(block);
    if (round !== null) rounds.push(round);
  }
  return rounds;
}

/** Why one has no numbers is kept with the rounds in which it has none. */
function costsOf(contestant: Contestant, rounds: readonly KeptRound[], failures: Failures): ComparedEntry {
  const { name } = contestant.target;
  const kept = rounds.map((round) => round.failures[name]).findLast((reason) => reason !== undefined);
  const blocks = rounds.flatMap(({ block, numbers }): BlockMeasure[] => {
    const own = numbers[name];
    return own === undefined ? [] : [{ block, numbers: own }];
  });
  return { contestant, runs: [], blocks, failure: failures.get(`blocks ${name}`) ?? kept ?? null };
}
