import { loadavg } from "node:os";
import { costBlocks } from "../compare/blocks/cost-blocks.ts";
import type { BlockMeasure, Comparison, RunMeasure } from "../compare/comparison.ts";
import { blockRateOf, type ComparedEntry, comparisonOf } from "../compare/comparison-of.ts";
import { type Contestant, type ContestRequest, runContestant } from "../compare/run-contestant.ts";
import type { Environment } from "../history/history.ts";
import type { RunWatch } from "../run/run-request.ts";
import type { League, LeagueSettings } from "./league.ts";
import type { KeptBlock, LeagueState } from "./league-state.ts";

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
 * Runs what `state` does not hold yet: every contestant in every scenario, in turns, then the blocks. What was run is kept as
 * soon as it is done. Who cannot be run is a row that says why; it is tried again when the league goes on.
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
        const contested = await runContestant(contest, contestant, 1, watch);
        await state.keepRun(scenarioName, name, { ...contested, loadAverage });
      } catch (error) {
        watch.signal.throwIfAborted();
        const reason = error instanceof Error ? error.message : String(error);
        failures.set(`${scenarioName} ${name}`, reason);
        watch.onStep(`could not be run: ${reason}`);
      }
    }
  await addBlocks(request, state, watch, { failures, done, steps });
  return leagueOf(request, state, failures);
}

/** Those that `state` does not hold. */
async function addBlocks(
  { contests, contestants, settings }: LeagueRequest,
  state: LeagueState,
  watch: LeagueWatch,
  { failures, done, steps }: { failures: Failures; done: number; steps: number },
): Promise<void> {
  const [contest] = contests;
  if (contest === undefined) return;
  const targets = contestants.map(({ target }) => target);
  const made = new Map<string, KeptBlock[]>();
  for (const { name } of targets) made.set(name, [...(await state.blocks(name))]);
  const isDone = (name: string, block: number): boolean =>
    made.get(name)?.some((one) => one.block === block) === true;
  let at = done + [...made.values()].reduce((sum, { length }) => sum + length, 0);
  await costBlocks(
    { ...contest, targets, blocks: settings.blocks, isDone, ratePerSecond: blockRateOf(contest) },
    {
      ...watch,
      async onBlock(name, measure) {
        const [loadAverage = 0] = loadavg();
        const blocks = made.get(name) ?? [];
        blocks.push({ ...measure, loadAverage });
        await state.keepBlocks(name, blocks);
        watch.onNext(`block ${measure.block} of ${settings.blocks}: ${name} is done`, ++at / steps);
      },
      onFailure: (name, reason) => void failures.set(`blocks ${name}`, reason),
    },
  );
}

/** What `state` holds, as comparisons. */
async function leagueOf(
  { settings, contests, contestants, command, margin }: LeagueRequest,
  state: LeagueState,
  failures: Failures,
): Promise<League> {
  const common = { contestants, margin, command };
  const { startedAt } = state;
  const loadAverages: number[] = [];
  const comparisons: Comparison[] = [];
  let environment: Environment | null = null;
  for (const contest of contests) {
    const { scenarioName } = contest;
    const entries: ComparedEntry[] = [];
    for (const contestant of contestants) {
      const { name } = contestant.target;
      const run = await state.run(scenarioName, name);
      if (run !== null) loadAverages.push(run.loadAverage);
      environment ??= run?.environment ?? null;
      const runs: readonly RunMeasure[] = run === null ? [] : [run.measure];
      entries.push({
        contestant,
        runs,
        blocks: [],
        failure: failures.get(`${scenarioName} ${name}`) ?? null,
      });
    }
    comparisons.push(
      comparisonOf({ ...contest, ...common, trials: 1, blocks: 0 }, { startedAt, environment, entries }),
    );
  }
  const entries: ComparedEntry[] = [];
  for (const contestant of contestants) {
    const { name } = contestant.target;
    const kept = await state.blocks(name);
    loadAverages.push(...kept.map(({ loadAverage }) => loadAverage));
    const blocks: readonly BlockMeasure[] = kept.map(({ block, numbers }) => ({ block, numbers }));
    entries.push({ contestant, runs: [], blocks, failure: failures.get(`blocks ${name}`) ?? null });
  }
  const [first] = contests;
  if (first === undefined) throw new RangeError("A league needs a scenario.");
  const whole = { ...first, ...common, trials: 0, blocks: settings.blocks };
  const costs = comparisonOf(whole, { startedAt, environment, entries });
  return {
    settings,
    command,
    startedAt,
    endedAt: new Date().toISOString(),
    loadAverages,
    comparisons,
    costs,
  };
}
