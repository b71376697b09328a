import { join, resolve } from "node:path";
import type { Command } from "commander";
import { readHistory } from "../../history/history-file.ts";
import { packageRoot } from "../../package-root.ts";
import { findRunFolder } from "../../run/run-folder.ts";
import { saveRun } from "../../run/save-run.ts";
import { parseGate } from "../../verdict/gate.ts";
import { chooseScenario } from "../catalogue.ts";
import { screen } from "../screen.ts";

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
    .option("--out <dir>", "folder of the runs", join(packageRoot, "reports", "runs"))
    .option("--json", "print result.json instead of the screen", false)
    .option("--quiet", "print the verdict only", false)
    .addHelpText(
      "after",
      "\nExamples:\n  npm run report latest\n  npm run report burst -- --gate 'latencyMs.p99<=20'",
    )
    .action(async (run: string, options: { gate: string[]; out: string; json: boolean; quiet: boolean }) => {
      const out = resolve(options.out);
      const folder = await findRunFolder(out, run);
      const history = await readHistory(join(folder, "history.parquet"));
      const { thing: scenario } = await chooseScenario(history.run.scenarioFile ?? history.run.scenario);
      const gates = [...history.run.gates, ...options.gate].map(parseGate);
      const result = await saveRun(history, { scenario, gates, folder, out: null });
      screen(options).verdict(result, history, folder);
      ended(result.exitCode);
    });
}
