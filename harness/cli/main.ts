import { Command, CommanderError, type OutputConfiguration } from "commander";
import { asTyped } from "../as-typed.ts";
import { isInstalled } from "../package-root.ts";
import { exitCode, Refusal } from "../refusal.ts";
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
import { refuseSwallowedOptions } from "./swallowed-options.ts";

/** Runs one command line (without `node` and the script) and resolves to its exit code; never rejects for the user's mistakes. */
export async function main(args: readonly string[]): Promise<number> {
  let code: number = exitCode.pass;
  const program = programOf((ended) => {
    code = ended;
  });
  try {
    refuseSwallowedOptions(program, args, process.env);
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    return explained(error);
  }
}

function programOf(ended: (code: number) => void): Command {
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

/** One sentence for what the user can mend; anything else is ours and goes up. */
function explained(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return exitCode.pass;
    if (error.code !== "commander.help") console.error(oneSentence(error.message));
    return exitCode.usage;
  }
  if (error instanceof Refusal) {
    console.error(asTyped(error.message));
    return exitCode.usage;
  }
  throw error;
}

function oneSentence(message: string): string {
  const plain = message
    .replace(/^error: /, "")
    .replaceAll("\n", " ")
    .trim();
  const hint = plain.includes("Did you mean") ? "" : " (--help shows examples).";
  return plain.charAt(0).toUpperCase() + plain.slice(1) + hint;
}
