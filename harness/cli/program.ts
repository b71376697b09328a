import { Command, type OutputConfiguration } from "commander";
import { asTyped } from "../as-typed.ts";
import { isInstalled } from "../package-root.ts";
import { addBaseline } from "./commands/baseline.ts";
import { addBench } from "./commands/bench.ts";
import { addClean } from "./commands/clean.ts";
import { addCompare } from "./commands/compare.ts";
import { addDoctor } from "./commands/doctor.ts";
import { addGate } from "./commands/gate.ts";
import { addLeague } from "./commands/league.ts";
import { addList } from "./commands/list.ts";
import { addMutants } from "./commands/mutants.ts";
import { addReport } from "./commands/report.ts";
import { addScenario } from "./commands/scenario.ts";
import { addToxiproxy } from "./commands/toxiproxy.ts";

/** All commands with their options; each tells `ended` its exit code. */
export function programOf(ended: (code: number) => void): Command {
  const program = new Command("gatecrash")
    .description("Blasts a rate limiter, breaks its Redis, and proves from the recorded history what it did.")
    .exitOverride()
    .configureOutput(output)
    .showSuggestionAfterError(true);
  for (const add of [
    addScenario,
    addCompare,
    addLeague,
    addMutants,
    addReport,
    addGate,
    addBaseline,
    addList,
    addDoctor,
    addClean,
    // It measures the harness beside tools that come with a checkout only.
    ...(isInstalled ? [] : [addBench]),
    addToxiproxy,
  ]) {
    add(program, ended);
  }
  for (const command of program.commands) command.exitOverride().configureOutput(output);
  return program;
}

/** Mistakes are told in one sentence, below; help says commands as the caller types them. */
const output: OutputConfiguration = {
  outputError: () => {},
  writeOut: (text) => process.stdout.write(asTyped(text)),
  writeErr: (text) => process.stderr.write(asTyped(text)),
};
