import { mkdir, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import type { Command } from "commander";
import type { Bench, BenchOutcome } from "../../bench/bench.ts";
import { discover, pick } from "../../discover.ts";
import { packageRoot, runsFolder } from "../../package-root.ts";
import { environmentOf } from "../../run/environment.ts";
import { trackEnding } from "../../system/ending.ts";

/** `bench [name]`: measures a part beside its peer in one run. */
export function addBench(program: Command, ended: (code: number) => void): void {
  program
    .command("bench")
    .description("Measures the harness itself: each number beside its peer or its mark, in one run.")
    .argument("[name]", "which bench; without it they are listed")
    .option("--assert", "exit 1 when a number is below its mark", false)
    .option("--out <dir>", "folder for <name>.json", join(runsFolder, "bench"))
    .addHelpText(
      "after",
      "\nExamples:\n  npm run bench\n  npm run bench load\n  npm run bench oracle -- --assert",
    )
    .action(async (name: string | undefined, options: { assert: boolean; out: string }) => {
      const benches = await discover<Bench>(join(packageRoot, "harness", "bench"), "bench");
      if (name === undefined) {
        for (const { name: known, thing } of benches) console.log(`${known.padEnd(8)}  ${thing.about}`);
        return ended(0);
      }
      const { thing } = pick(benches, name, "bench");
      const ending = trackEnding();
      const outcome = await thing
        .run({ onStep: (step: string) => console.error(step) })
        .finally(() => ending.release());
      print(outcome);
      await save(name, outcome, resolve(options.out));
      ended(options.assert && outcome.marks.some(({ met }) => !met) ? 1 : 0);
    });
}

function print({ numbers, marks }: BenchOutcome): void {
  for (const [name, value] of Object.entries(numbers)) console.log(`${name.padEnd(36)} ${rounded(value)}`);
  for (const { name, actual, mark, better, met } of marks) {
    const sign = better === "lower" ? "<=" : ">=";
    console.log(`${met ? "met    " : "MISSED "} ${name}: ${rounded(actual)} ${sign} ${rounded(mark)}`);
  }
}

function rounded(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString("en") : value.toPrecision(4);
}

async function save(name: string, outcome: BenchOutcome, out: string): Promise<void> {
  await mkdir(out, { recursive: true });
  const path = join(out, `${name}.json`);
  const { redis: _, ...environment } = environmentOf(null);
  const record = { bench: name, at: new Date().toISOString(), environment, ...outcome };
  await writeFile(path, `${JSON.stringify(record, null, 2)}\n`);
  console.log(`written to ${path}`);
}
