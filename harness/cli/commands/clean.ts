import { resolve } from "node:path";
import type { Command } from "commander";
import { runsFolder } from "../../package-root.ts";
import { pruneRuns } from "../../run/run-folder.ts";
import { wholeNumber } from "../duration.ts";

/** `clean`: removes recorded runs. */
export function addClean(program: Command, ended: (code: number) => void): void {
  program
    .command("clean")
    .description("Removes recorded runs, oldest first.")
    .option("--keep <n>", "leave the newest n runs of each scenario", "0")
    .option("--out <dir>", "folder of the runs", runsFolder)
    .addHelpText("after", "\nExamples:\n  npm run clean\n  npm run clean -- --keep 5")
    .action(async (options: { keep: string; out: string }) => {
      const removed = await pruneRuns(
        resolve(options.out),
        wholeNumber(options.keep, "--keep", 0, 1_000_000),
      );
      for (const folder of removed) console.log(`removed ${folder}`);
      console.log(`${removed.length} ${removed.length === 1 ? "run" : "runs"} removed`);
      ended(0);
    });
}
