import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { convictions, exitCodeOf, judgeTrial } from "../mutants/judge-trial.ts";
import { renderMatrix } from "../mutants/render-matrix.ts";
import { withTable } from "../mutants/render-table.ts";
import { runTrial, type TrialSetting } from "../mutants/run-trial.ts";
import { savedOutcome, saveOutcome } from "../mutants/saved-outcome.ts";
import type { Trial, TrialOutcome } from "../mutants/trial.ts";
import { trialsOf } from "../mutants/trials-of.ts";
import { packageRoot } from "../package-root.ts";
import { Refusal } from "../refusal.ts";
import { startedGateways } from "../targets/started-gateways.ts";
import { chooseScenario, chooseVariant } from "./catalogue.ts";
import { withMatrixRedis } from "./matrix-redis.ts";
import type { AskedMatrix, MutantsOptions } from "./mutants-options.ts";

/**
 * Levels 2 and 3: every trial as a run of its own. Where nothing breaks, all of them share one Redis. Returns the exit
 * code.
 */
export async function liveLevel(asked: AskedMatrix, options: MutantsOptions): Promise<number> {
  const { firstSeed, seeds } = asked;
  if (options.write && asked.level === 2)
    throw new Refusal("The tables are of levels 1 and 3: say --level 1 --write, or --level 3 --write.");
  const trials = trialsOf(asked.mutants, {
    ...asked,
    level: asked.level === 2 ? 2 : 3,
    seeds: Array.from({ length: seeds }, (_, index) => firstSeed + index),
  }).filter(({ twinOf }) => options.twins || twinOf.length === 0);
  if (trials.length === 0) throw new Refusal(nobodyTried(asked));
  const play = (redisUrl: string | null) => played(trials, { ...asked, redisUrl }, options.run);
  const outcomes =
    asked.level === 2 && options.run ? await withMatrixRedis(asked, play) : await play(asked.redisUrl);
  console.log(outcomes.length === 0 ? nothingKept(trials.length) : renderMatrix(outcomes));
  if (options.write) await writeTable(outcomes);
  return exitCodeOf(outcomes.map(judgeTrial));
}

/** Where a matrix is kept, and what its runs have in common. */
type Setting = Pick<TrialSetting, "out" | "system" | "redisUrl"> & { readonly source: string };

async function played(trials: readonly Trial[], setting: Setting, runs: boolean): Promise<TrialOutcome[]> {
  const kept = await Promise.all(trials.map((trial) => savedOutcome(setting.out, trial, setting.source)));
  const isOpen = (saved: TrialOutcome | null) => saved === null || judgeTrial(saved) === "undecided";
  const open = kept.filter(isOpen).length;
  if (runs && open > 0) console.error(`${open} of ${trials.length} runs are to be made`);
  const outcomes: TrialOutcome[] = [];
  for (const [index, trial] of trials.entries()) {
    const saved = kept[index] ?? null;
    const place = `${index + 1} of ${trials.length}`;
    const outcome = runs && isOpen(saved) ? await runAndTell(trial, place, setting) : saved;
    if (outcome !== null) outcomes.push(outcome);
  }
  return outcomes;
}

function nobodyTried({ only, level }: AskedMatrix): string {
  if (only.length === 0) return `Nobody who was named shows at level ${level}: say another --level.`;
  return `No wrong limiter was made for ${only.join(" or ")} at level ${level}: name one to try it there (npm run mutants -- NAME --story ${only[0]}).`;
}

function nothingKept(trials: number): string {
  return `None of these ${trials} runs was made by this source before: leave --no-run out to make them.`;
}

async function runAndTell(
  trial: Trial,
  place: string,
  { out, source, system, redisUrl }: Setting,
): Promise<TrialOutcome> {
  console.error(`${place} · ${trial.scenario} · ${trial.variant} · seed ${trial.seed}`);
  const { thing: scenario } = await chooseScenario(trial.scenario);
  const target = startedGateways(await chooseVariant(trial.variant));
  const outcome = await runTrial(trial, { out, system, redisUrl, scenario, target, onStep() {} });
  await saveOutcome(out, outcome, source);
  const by = convictions(outcome.findings, trial.convictedBy).map(({ checker }) => checker);
  console.error(`  ${judgeTrial(outcome)}${by.length === 0 ? "" : ` by ${by.join(" and ")}`}`);
  return outcome;
}

async function writeTable(outcomes: readonly TrialOutcome[]): Promise<void> {
  const path = join(packageRoot, "limiter", "mutants", "README.md");
  const text = withTable(await readFile(path, "utf8"), outcomes);
  if (text === null) throw new Refusal(`${path} has no place for the table: put its two marks back.`);
  await writeFile(path, text);
  console.error(`written to ${path}`);
}
