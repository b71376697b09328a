import { readFile, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import { pick } from "../../discover.ts";
import { convictions, exitCodeOf, judgeTrial } from "../../mutants/judge-trial.ts";
import { renderMatrix } from "../../mutants/render-matrix.ts";
import { withTable } from "../../mutants/render-table.ts";
import { runTrial, type TrialSetting } from "../../mutants/run-trial.ts";
import { savedOutcome, saveOutcome } from "../../mutants/saved-outcome.ts";
import type { Trial, TrialOutcome } from "../../mutants/trial.ts";
import { trialsOf } from "../../mutants/trials-of.ts";
import { isInstalled, packageRoot, runsFolder } from "../../package-root.ts";
import { Refusal } from "../../refusal.ts";
import { startedGateways } from "../../targets/started-gateways.ts";
import { chooseScenario, chooseVariant, listMutants, listScenarios } from "../catalogue.ts";
import { wholeNumber } from "../duration.ts";
import { systemChoice } from "../system-choice.ts";

/** The options of `mutants` as commander hands them over. */
interface MutantsOptions {
  readonly level: string;
  readonly only: readonly string[];
  readonly rate: string;
  readonly seed: string;
  readonly seeds: string;
  readonly twins: boolean;
  readonly run: boolean;
  readonly redis?: string;
  readonly system: string;
  readonly out: string;
  readonly write: boolean;
}

const examples = `
Examples:
  npm run mutants
  npm run mutants -- --only redis-flap --seeds 3
  npm run mutants -- opens-silently full-limit-alone --rate 3000
  npm run mutants -- --seeds 3 --write          the table of limiter/mutants/README.md

The matrix goes on where it was left: what was decided is not run again, what was left open is. Another --out begins anew.
Exit codes: 0 all were convicted and their twins were not, 1 one escaped or a twin was convicted, 2 a run could not tell,
3 usage, 4 the harness failed, 130 interrupted.`;

/** `mutants [name...]`: runs every mutant in the stories made for it, and its twin, and shows who was convicted by whom. */
export function addMutants(program: Command, ended: (code: number) => void): void {
  program
    .command("mutants")
    .description(
      "Proves the harness: each mutant must be convicted in its stories, and its fixed twin must not.",
    )
    .argument("[names...]", "which mutants (default: all)")
    .option("--level <n>", "3: live, in full, with the faults of the stories", "3")
    .option("--only <scenario>", "in this story alone; repeatable", collect, [])
    .option("--rate <n>", "requests per second", "3000")
    .option("--seed <n>", "the first seed", "1")
    .option("--seeds <n>", "how many seeds, one after the other", "1")
    .option("--no-twins", "leave out the twins")
    .option("--no-run", "only show what was run before")
    .option("--redis <url>", "a Redis of yours; it is never flushed, only our own keys are deleted")
    .option("--system <where>", "where a Redis comes from: auto, local or docker", "auto")
    .option("--out <dir>", "folder of the outcomes, one file a run", join(runsFolder, "mutants"))
    .option("--write", "write the table into limiter/mutants/README.md", false)
    .addHelpText("after", examples)
    .action(async (names: string[], options: MutantsOptions) => ended(await runCommand(names, options)));
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

async function runCommand(names: readonly string[], options: MutantsOptions): Promise<number> {
  if (options.write && isInstalled)
    throw new Refusal("--write writes into a checkout, and this is an installed package: leave it out.");
  const system = systemChoice(options.system);
  const out = resolve(options.out);
  const trials = (await chosenTrials(names, options)).filter(
    ({ twinOf }) => options.twins || twinOf.length === 0,
  );
  const setting = { out, system, redisUrl: options.redis ?? null };
  const outcomes: TrialOutcome[] = [];
  for (const [index, trial] of trials.entries()) {
    const saved = await savedOutcome(out, trial);
    const isOpen = saved === null || judgeTrial(saved) === "undecided";
    const place = `${index + 1} of ${trials.length}`;
    const outcome = options.run && isOpen ? await runAndTell(trial, place, setting) : saved;
    if (outcome !== null) outcomes.push(outcome);
  }
  console.log(renderMatrix(outcomes));
  if (options.write) await writeTable(outcomes);
  return exitCodeOf(outcomes.map(judgeTrial));
}

async function chosenTrials(names: readonly string[], options: MutantsOptions): Promise<Trial[]> {
  const level = wholeNumber(options.level, "--level", 1, 3);
  if (level !== 3) throw new Refusal(`Level ${level} is not there yet: say --level 3.`);
  const mutants = await listMutants();
  const stories = await listScenarios();
  const first = wholeNumber(options.seed, "--seed", 0, 2_147_483_647);
  const count = wholeNumber(options.seeds, "--seeds", 1, 1_000);
  const only = options.only.map((story) => pick(stories, story, "scenario").name);
  const chosen = names.map((name) => pick(mutants, name, "mutant"));
  const declaring = mutants.filter(
    ({ thing }) => only.length === 0 || thing.scenarios.some((story) => only.includes(story)),
  );
  return trialsOf(chosen.length === 0 ? declaring : chosen, {
    only,
    seeds: Array.from({ length: count }, (_, index) => first + index),
    ratePerSecond: wholeNumber(options.rate, "--rate", 1, 1_000_000),
  });
}

/** Where a matrix is kept, and what its runs have in common. */
type Setting = Pick<TrialSetting, "out" | "system" | "redisUrl">;

async function runAndTell(trial: Trial, place: string, setting: Setting): Promise<TrialOutcome> {
  console.error(`${place} · ${trial.scenario} · ${trial.variant} · seed ${trial.seed}`);
  const { thing: scenario } = await chooseScenario(trial.scenario);
  const target = startedGateways(await chooseVariant(trial.variant));
  const outcome = await runTrial(trial, { ...setting, scenario, target, onStep() {} });
  await saveOutcome(setting.out, outcome);
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
