import type { Environment } from "../history/history.ts";
import { Refusal } from "../refusal.ts";
import type { RunWatch } from "../run/run-request.ts";
import { costBlocks } from "./blocks/cost-blocks.ts";
import type { BlockMeasure, Comparison, RunMeasure } from "./comparison.ts";
import { blockRateOf, type ComparisonRequest, comparisonOf } from "./comparison-of.ts";
import { type Contestant, runContestant } from "./run-contestant.ts";

/** Who watches a comparison. */
export interface ComparisonWatch extends RunWatch {
  readonly onRun: (variant: string, trial: number) => void;
  readonly onMeasure: (variant: string, measure: RunMeasure) => void;
  readonly onBlock: (variant: string, measure: BlockMeasure) => void;
  /** It could not be run; its later trials and blocks are left out. */
  readonly onFailure: (variant: string, reason: string) => void;
}

/**
 * Runs every contestant once a trial, one after the other, in every trial with the same schedule and the same faults, so
 * that what disturbs the machine for a while disturbs all of them; then measures in short blocks, in turns too, what each
 * costs. Who cannot be run says why, and stops nobody else. Throws a `Refusal` where nobody can, for one and the same reason.
 */
export async function runComparison(request: ComparisonRequest, watch: ComparisonWatch): Promise<Comparison> {
  const startedAt = new Date().toISOString();
  const entries = request.contestants.map((contestant) => ({
    contestant,
    runs: [] as RunMeasure[],
    blocks: [] as BlockMeasure[],
    failure: null as string | null,
    isRefused: false,
  }));
  let environment: Environment | null = null;
  for (let trial = 1; trial <= request.trials; trial++) {
    for (const entry of entries) {
      if (entry.failure !== null) continue;
      const { name } = entry.contestant.target;
      watch.onRun(name, trial);
      try {
        const ran = await runContestant(request, entry.contestant, trial, watch);
        environment ??= ran.environment;
        entry.runs.push(ran.measure);
        watch.onMeasure(name, ran.measure);
      } catch (error) {
        watch.signal.throwIfAborted();
        entry.isRefused = error instanceof Refusal;
        entry.failure = error instanceof Error ? error.message : String(error);
        watch.onFailure(name, entry.failure);
      }
    }
  }
  refuseAll(entries);
  await addBlocks(request, entries, watch);
  return comparisonOf(request, { startedAt, environment, entries });
}

/** A contestant, as far as it has come. */
interface Entry {
  readonly contestant: Contestant;
  readonly blocks: BlockMeasure[];
  failure: string | null;
}

async function addBlocks(
  request: ComparisonRequest,
  entries: readonly Entry[],
  watch: ComparisonWatch,
): Promise<void> {
  const running = entries.filter(({ failure }) => failure === null);
  const entryOf = (name: string) => running.find(({ contestant }) => contestant.target.name === name);
  const targets = running.map(({ contestant }) => contestant.target);
  const ratePerSecond = blockRateOf(request);
  await costBlocks(
    { ...request, targets, ratePerSecond },
    {
      ...watch,
      onBlock(name, measure) {
        entryOf(name)?.blocks.push(measure);
        watch.onBlock(name, measure);
      },
      onFailure(name, reason) {
        const entry = entryOf(name);
        if (entry !== undefined) entry.failure = reason;
        watch.onFailure(name, reason);
      },
    },
  );
}

/** What keeps everybody from running for the same reason is no matter of any of them. */
function refuseAll(
  entries: readonly { readonly failure: string | null; readonly isRefused: boolean }[],
): void {
  const [first] = entries;
  const same = entries.every(({ failure, isRefused }) => isRefused && failure === first?.failure);
  if (first !== undefined && first.failure !== null && same) throw new Refusal(first.failure);
}
