import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { baselineScreen } from "../../../reports/gates/baseline-screen.ts";
import { runsFolder } from "../../package-root.ts";
import { exitCode, Refusal } from "../../refusal.ts";
import type { Baseline } from "../../verdict/baseline/baseline.ts";
import { makeBaseline } from "../../verdict/baseline/make-baseline.ts";
import { callersFolder, whereTyped } from "../../where-typed.ts";
import { wholeNumber } from "../duration.ts";
import { loadBaseline } from "../load-baseline.ts";
import { loadResults } from "../load-results.ts";

interface SaveOptions {
  readonly into?: string;
  readonly number: readonly string[];
  readonly finds: string;
  readonly out: string;
}

const examples = `
Examples:
  npm run baseline -- save reports/runs/burst/2*-sliding-log       writes baselines/burst-sliding-log.json
  npm run baseline -- show baselines/burst-sliding-log.json
  npm run scenario burst -- --baseline baselines/burst-sliding-log.json
  npm run gate -- --baseline baselines/burst-sliding-log.json burst

The runs: for seed in 1 2 3 4 5 6 7 8 9 10; do npm run scenario burst -- --seed $seed; done
Compared are accuracy, Redis's cost of a decision, and latency as a ratio to requests past the limiter: no absolute time,
unless --number 'latencyMs.p99' asks for it. A number fails where it has grown beyond what the trials let expect by
chance; with a baseline of fewer than 10 trials only great regressions are found, and fewer than 3 are refused.`;

/** `baseline save|show`: keeps what several runs of one scenario came to, with their noise, in a small file to commit. */
export function addBaseline(program: Command, ended: (code: number) => void): void {
  program
    .command("baseline")
    .description("Saves several runs of one scenario as a baseline that later runs are held against.")
    .argument("<what>", "save, or show")
    .argument("<runs...>", "save: run folders or result.json files; show: the baseline's file")
    .option("--into <file>", "save: where to (default: baselines/SCENARIO-VARIANT.json)")
    .option("--number <expression>", "save: compare this too, like 'latencyMs.p99'; repeatable", collect, [])
    .option("--finds <percent>", "save: the growth that is to be found; noisier numbers are not gated", "20")
    .option("--out <dir>", "folder of the runs", runsFolder)
    .addHelpText("after", examples)
    .action(async (what: string, named: readonly string[], options: SaveOptions) => {
      if (what === "save") await save(named, options);
      else if (what === "show") await show(named);
      else throw new Refusal(`There is nothing called "${what}" to do with a baseline: say save or show.`);
      ended(exitCode.pass);
    });
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

async function save(named: readonly string[], options: SaveOptions): Promise<void> {
  const findsShare = wholeNumber(options.finds, "--finds", 1, 1_000) / 100;
  const trials = await loadResults(named, resolve(options.out));
  const baseline = makeBaseline(trials, { further: options.number, findsShare });
  const file = whereTyped(options.into ?? join("baselines", fileName(baseline)));
  try {
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `${JSON.stringify(baseline, null, 2).replace(numbersOnLines, onOneLine)}\n`);
  } catch (cause) {
    throw new Refusal(`${file} cannot be written: give another file with --into.`, { cause });
  }
  console.log(baselineScreen(baseline));
  console.log(`\nSaved ${relative(callersFolder(), file)}`);
}

async function show(files: readonly string[]): Promise<void> {
  for (const file of files) console.log(baselineScreen(await loadBaseline(file)));
}

function fileName({ scenario, variant }: Baseline): string {
  return `${`${scenario}-${variant}`.replaceAll(/[^A-Za-z0-9._-]/g, "-")}.json`;
}

/** An array of numbers written one a line; no string can look like it, because strings hold no line ends. */
const numbersOnLines = /\[\n[^[\]{}"]*\n\s+\]/g;

function onOneLine(lines: string): string {
  return lines.replaceAll(/\s+/g, " ");
}
