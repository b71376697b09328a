import { join, resolve } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { Command } from "commander";
import { pick } from "../../discover.ts";
import type { RunRecord } from "../../history/history.ts";
import { readHistory } from "../../history/history-file.ts";
import { runsFolder } from "../../package-root.ts";
import { Refusal } from "../../refusal.ts";
import { findRunFolder } from "../../run/run-folder.ts";
import { saveRun } from "../../run/save-run.ts";
import type { Scenario } from "../../scenario.ts";
import { type Baseline, parseBaseline } from "../../verdict/baseline/baseline.ts";
import { parseGate } from "../../verdict/gate.ts";
import { chooseScenario, listScenarios } from "../catalogue.ts";
import { loadBaseline } from "../load-baseline.ts";
import { screen } from "../screen.ts";

interface ReportOptions {
  readonly gate: readonly string[];
  readonly baseline: readonly string[];
  readonly scenario?: string;
  readonly out: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

/** `report <run>`: judges a recorded run again and draws its reports anew; no Redis is needed. */
export function addReport(program: Command, ended: (code: number) => void): void {
  program
    .command("report")
    .description("Judges a recorded run again and renders its reports, without Redis.")
    .argument("<run>", "a run's folder, a scenario's name (its latest run) or `latest`")
    .option(
      "--gate <expression>",
      "a threshold, beside those of the run; repeatable",
      (gate: string, all: string[]) => [...all, gate],
      [],
    )
    .option(
      "--baseline <file>",
      "what `npm run baseline -- save` wrote, beside those of the run; repeatable",
      (file: string, all: string[]) => [...all, file],
      [],
    )
    .option("--scenario <file>", "the file of a scenario that is none of ours, for a run of it")
    .option("--out <dir>", "folder of the runs", runsFolder)
    .option("--json", "print result.json instead of the screen", false)
    .option("--quiet", "print the verdict only", false)
    .addHelpText(
      "after",
      "\nExamples:\n  npm run report latest\n  npm run report burst -- --gate 'latencyMs.p99<=20'",
    )
    .action(async (run: string, options: ReportOptions) => {
      const out = resolve(options.out);
      const folder = await findRunFolder(out, run);
      const history = await readHistory(join(folder, "history.parquet"));
      const scenario = await scenarioOf(history.run, options.scenario);
      const gates = [...history.run.gates, ...options.gate].map(parseGate);
      const baselines = await baselinesOf(history.run, options.baseline);
      const result = await saveRun(history, { scenario, gates, baselines, folder, out: null });
      screen(options).verdict(result, history, folder);
      ended(result.exitCode);
    });
}

/** Those that the run was held against when it was made, and those of `files`, each once. */
async function baselinesOf({ baselines = [] }: RunRecord, files: readonly string[]): Promise<Baseline[]> {
  const recorded = baselines.map((text) => parseBaseline(text, "What this run was held against"));
  const typed = await Promise.all(files.map(loadBaseline));
  return [...recorded, ...typed.filter((one) => !recorded.some((other) => isDeepStrictEqual(one, other)))];
}

/** A history may come from anywhere: no file that it names is loaded, only one that was typed. */
async function scenarioOf(run: RunRecord, typed: string | undefined): Promise<Scenario> {
  if (typed !== undefined) return (await chooseScenario(typed)).thing;
  if (run.scenarioFile === undefined) return pick(await listScenarios(), run.scenario, "scenario").thing;
  throw new Refusal(
    `This run is of a scenario in a file of its own (${run.scenarioFile}): name that file with --scenario to judge it again.`,
  );
}
