import { asTyped } from "../as-typed.ts";
import { judgeRun } from "../run/judge-run.ts";
import { dropRunFolder, makeRunFolder } from "../run/run-folder.ts";
import { runScenario } from "../run/run-scenario.ts";
import { saveRun } from "../run/save-run.ts";
import type { Scenario } from "../scenario.ts";
import { trackEnding } from "../system/ending.ts";
import type { SystemChoice } from "../system/provide-redis.ts";
import type { Target } from "../targets/target.ts";
import { parseGate } from "../verdict/gate.ts";
import { judgeTrial } from "./judge-trial.ts";
import { outcomeOf } from "./outcome-of.ts";
import { shortForm } from "./short-form.ts";
import type { Trial, TrialOutcome } from "./trial.ts";

/** What a trial is run with. */
export interface TrialSetting {
  readonly scenario: Scenario;
  readonly target: Target;
  /** Folder of the matrix: a run that did not end as it should is kept below it, with its reports. */
  readonly out: string;
  readonly system: SystemChoice;
  /** A Redis of the user's; null for our own. */
  readonly redisUrl: string | null;
  readonly onStep: (step: string) => void;
}

/** Runs one trial as `npm run scenario` would, at level 2 in the short form of its story. Whatever it started it stops, when it is interrupted too. */
export async function runTrial(trial: Trial, setting: TrialSetting): Promise<TrialOutcome> {
  const { target, out, system, redisUrl, onStep } = setting;
  const scenario = trial.level === 2 ? shortForm(setting.scenario) : setting.scenario;
  const { variant, seed, ratePerSecond } = trial;
  const runFolder = await makeRunFolder(out, trial.scenario, variant, new Date());
  const ending = trackEnding();
  ending.own({ [Symbol.asyncDispose]: () => dropRunFolder(runFolder) });
  const gates = scenario.gates ?? [];
  try {
    const { policies, replicas } = scenario;
    const request = { scenario, target, policies, replicas, seed, ratePerSecond, stretch: 1, gates };
    const command = commandOf(trial);
    const history = await runScenario(
      {
        ...request,
        scenarioName: trial.scenario,
        scenarioFile: null,
        redisUrl,
        toxiproxyUrl: null,
        system,
        runFolder,
        command,
      },
      { signal: ending.signal, own: ending.own, onStep, onLive() {} },
    );
    const judging = { scenario, gates: gates.map(parseGate) };
    const outcome = outcomeOf(trial, judgeRun(history, scenario, judging.gates));
    const verdict = judgeTrial(outcome);
    if (verdict !== "convicted" && verdict !== "acquitted")
      await saveRun(history, { ...judging, folder: runFolder, out: null });
    return outcome;
  } finally {
    await ending.release();
    await dropRunFolder(runFolder);
  }
}

/** The line that repeats it. */
function commandOf({ scenario, variant, seed, ratePerSecond, level }: Trial): string {
  const asked = `--rate ${ratePerSecond} --seed ${seed}`;
  if (level === undefined) return asTyped(`npm run scenario ${scenario} -- --variant ${variant} ${asked}`);
  return asTyped(
    `npm run mutants -- --level ${level} ${variant.replace(":fixed", "")} --story ${scenario} ${asked}`,
  );
}
