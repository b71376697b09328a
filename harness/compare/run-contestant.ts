import { join } from "node:path";
import type { Environment, History } from "../history/history.ts";
import { writeHistory } from "../history/history-file.ts";
import { Refusal } from "../refusal.ts";
import { judgeRun } from "../run/judge-run.ts";
import { dropRunFolder, makeRunFolder } from "../run/run-folder.ts";
import type { RunRequest, RunWatch } from "../run/run-request.ts";
import { runScenario } from "../run/run-scenario.ts";
import { saveRun } from "../run/save-run.ts";
import type { Target } from "../targets/target.ts";
import type { Result } from "../verdict/result.ts";
import type { RunMeasure } from "./comparison.ts";
import { measureRun } from "./measure-run.ts";

/** One of the limiters that are compared. */
export interface Contestant {
  readonly about: string;
  readonly target: Target;
  /** The line that runs it alone with the seed of a trial. */
  readonly command: (seed: number) => string;
}

/** What every contestant is run under. */
export interface ContestRequest extends Omit<RunRequest, "target" | "runFolder" | "gates" | "command"> {
  /** The folder of all runs. */
  readonly out: string;
  /** What is kept of each run: its history alone can be drawn later. */
  readonly keeps: "reports" | "history";
}

/** What one run of one contestant came to, and where. */
export interface Contest {
  readonly measure: RunMeasure;
  readonly environment: Environment;
}

/** Runs the scenario once with one contestant, keeps the run, and measures it. Rejects with what kept it from running. */
export async function runContestant(
  request: ContestRequest,
  { target, command }: Contestant,
  trial: number,
  watch: RunWatch,
): Promise<Contest> {
  const { scenarioName, out } = request;
  const seed = request.seed + trial - 1;
  const folder = await makeRunFolder(out, scenarioName, target.name, new Date());
  watch.own({ [Symbol.asyncDispose]: () => dropRunFolder(folder) });
  try {
    const run = { ...request, target, seed, runFolder: folder, gates: [], command: command(seed) };
    const history = await runScenario(run, watch);
    watch.onStep("judging");
    const result = await kept(history, request, folder);
    return { measure: measureRun(history, result, { trial, folder }), environment: history.run.environment };
  } catch (error) {
    // Logs of gateways that did not start are worth keeping, an empty folder is not.
    if (error instanceof Refusal) await dropRunFolder(folder);
    throw error;
  }
}

async function kept(history: History, { scenario, keeps }: ContestRequest, folder: string): Promise<Result> {
  if (keeps === "reports") return saveRun(history, { scenario, gates: [], folder, out: null });
  await writeHistory(join(folder, "history.parquet"), history);
  return judgeRun(history, scenario, []);
}
