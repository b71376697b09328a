import type { Command } from "commander";
import { Refusal } from "../refusal.ts";

/**
 * `npm run scenario burst --rate 0` hands `--rate` to npm, which turns it into `npm_config_rate` and drops it.
 * Throws a `Refusal` with the right spelling when that happened to an option of the command in `args`.
 */
export function refuseSwallowedOptions(
  program: Command,
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
): void {
  const script = environment.npm_lifecycle_event;
  const command = program.commands.find((candidate) => candidate.name() === args[0]);
  // npx hands on what stands behind the command's name.
  if (script === undefined || script === "npx" || command === undefined) return;
  for (const option of command.options) {
    const name = option.attributeName().replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    const value = environment[`npm_config_${name}`];
    if (value === undefined || (value === "" && !option.negate) || npmOwn.has(name)) continue;
    const spelled = value === "true" || value === "" ? `${option.long}` : `${option.long} ${value}`;
    throw new Refusal(
      `npm kept ${option.long} for itself; put options behind two dashes: npm run ${script} ${args.slice(1).join(" ")} -- ${spelled}`.replaceAll(
        / {2,}/g,
        " ",
      ),
    );
  }
}

/** Options that npm always has a value for: they say nothing of what was typed. */
const npmOwn: ReadonlySet<string> = new Set(["help", "version"]);
