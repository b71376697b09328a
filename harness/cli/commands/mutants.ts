import { join } from "node:path";
import type { Command } from "commander";
import { isInstalled, runsFolder } from "../../package-root.ts";
import { Refusal } from "../../refusal.ts";
import { liveLevel } from "../live-level.ts";
import { askedMatrix, type MutantsOptions } from "../mutants-options.ts";
import { simulatedLevel } from "../simulated-level.ts";

const examples = `
Examples:
  npm run mutants
  npm run mutants -- --level 1 --seeds 4         in simulated time: the guilty, and the acquittals with their bound
  npm run mutants -- --story redis-flap --seeds 3
  npm run mutants -- opens-silently full-limit-alone --rate 3000
  npm run mutants -- --seeds 3 --write          the table of limiter/mutants/README.md

The matrix goes on where it was left: what was decided is not run again, what was left open is. Another source or another
--out begins anew.
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
    .option(
      "--level <n>",
      "1: in simulated time, 2: live and short, 3: live, in full, with the faults of the stories",
      "3",
    )
    .option("--story <scenario>", "in this story alone; repeatable", collect, [])
    .option("--rate <n>", "requests per second, at levels 2 and 3 (default: 3000)")
    .option("--seed <n>", "the first seed", "1")
    .option("--seeds <n>", "how many seeds, one after the other", "1")
    .option("--no-twins", "leave out the twins")
    .option("--no-run", "only show what was run before, at levels 2 and 3")
    .option("--redis <url>", "a Redis of yours; it is never flushed, only our own keys are deleted")
    .option("--system <where>", "where a Redis comes from: auto, local or docker", "auto")
    .option("--out <dir>", "folder of the outcomes, one file a run", join(runsFolder, "mutants"))
    .option("--write", "write what was measured into the READMEs (levels 1 and 3)", false)
    .addHelpText("after", examples)
    .action(async (names: string[], options: MutantsOptions) => ended(await runCommand(names, options)));
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

async function runCommand(names: readonly string[], options: MutantsOptions): Promise<number> {
  if (options.write && isInstalled)
    throw new Refusal("--write writes into a checkout, and this is an installed package: leave it out.");
  const asked = await askedMatrix(names, options);
  return asked.level === 1 ? simulatedLevel(asked, options) : liveLevel(asked, options);
}
