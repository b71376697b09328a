import { styleText } from "node:util";
import type { Command } from "commander";
import { asTyped } from "../../as-typed.ts";
import { listMutants, listScenarios, listVariants } from "../catalogue.ts";

/** `list`: what can be run, each with its one sentence. */
export function addList(program: Command, ended: (code: number) => void): void {
  program
    .command("list")
    .description("Lists the scenarios, variants and mutants that can be run.")
    .addHelpText("after", "\nExamples:\n  npm run list")
    .action(async () => {
      print("Scenarios (npm run scenario NAME)", await listScenarios());
      print("Variants (-- --variant NAME)", await listVariants());
      print(
        "Mutants: one seeded bug each (-- --variant NAME; NAME:fixed is the twin without it)",
        await listMutants(),
      );
      ended(0);
    });
}

function print(
  title: string,
  found: readonly { readonly name: string; readonly thing: { readonly about: string } }[],
): void {
  console.log(styleText("bold", asTyped(title)));
  const width = Math.max(...found.map(({ name }) => name.length));
  for (const { name, thing } of found) console.log(`  ${name.padEnd(width)}  ${thing.about}`);
  console.log("");
}
