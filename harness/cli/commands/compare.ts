import { mkdir, writeFile } from "node:fs/promises";
import { join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { comparisonFiles } from "../../../reports/compare/comparison-files.ts";
import { comparisonJson } from "../../../reports/compare/comparison-json.ts";
import { comparisonScreen } from "../../../reports/compare/comparison-screen.ts";
import { asTyped } from "../../as-typed.ts";
import type { Comparison } from "../../compare/comparison.ts";
import type { ComparisonRequest } from "../../compare/comparison-of.ts";
import { fewestPairs } from "../../compare/differences.ts";
import { runComparison } from "../../compare/run-comparison.ts";
import type { Contestant } from "../../compare/run-contestant.ts";
import { isPath } from "../../own-file.ts";
import { runsFolder } from "../../package-root.ts";
import { redactedUrl } from "../../redacted.ts";
import { exitCode, Refusal } from "../../refusal.ts";
import { trackEnding } from "../../system/ending.ts";
import { startedGateways } from "../../targets/started-gateways.ts";
import { askedOf } from "../asked-of.ts";
import { chooseScenario, listVariants } from "../catalogue.ts";
import { type Contender, chooseVariants } from "../choose-variants.ts";
import { wholeNumber } from "../duration.ts";
import { screen } from "../screen.ts";
import { systemChoice } from "../system-choice.ts";

/** The options of `compare` as commander hands them over. */
interface CompareOptions {
  readonly variants: string;
  readonly trials: string;
  readonly blocks: string;
  readonly margin: string;
  readonly replicas?: string;
  readonly rate: string;
  readonly duration?: string;
  readonly seed?: string;
  readonly redis?: string;
  readonly system: string;
  readonly out: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

const examples = `
Examples:
  npm run compare burst -- --variants sliding-log,gcra,rate-limiter-flexible
  npm run compare drained-gateway -- --variants sliding-log,naive-warm,cold-share
  npm run compare burst -- --variants sliding-log,none --blocks ${fewestPairs}      enough to claim a difference
  npm run compare redis-outage -- --variants all --rate 3000

Exit codes: 0 all were run, 2 some could not be, 3 usage, 4 the harness failed, 130 interrupted.`;

/** `compare <scenario>`: limiters under the same seeded schedule and the same faults, in turns, side by side. */
export function addCompare(program: Command, ended: (code: number) => void): void {
  program
    .command("compare")
    .description("Runs limiters in turns under the same schedule and faults, and shows them side by side.")
    .argument("<scenario>", "what to run; `npm run list` shows them")
    .requiredOption(
      "--variants <names>",
      "limiters or files of yours, separated by commas; the first is compared with; or all",
    )
    .option("--trials <n>", "runs of the scenario, of each", "1")
    .option(
      "--blocks <n>",
      `short blocks in turns, of each, for what it costs; below ${fewestPairs} no difference is claimed`,
      "5",
    )
    .option("--margin <percent>", "differences within this many percent are none", "5")
    .option("--replicas <n>", "gateways that share one Redis (default: as the scenario says)")
    .option("--rate <n>", "requests per second where the scenario blasts", "10000")
    .option("--duration <time>", "length of the judged, paced phases together, like 6s or 2m")
    .option("--seed <n>", "seed of the first trial; each further one has the next (default: a new one)")
    .option("--redis <url>", "a Redis of yours; it is never flushed, only our own keys are deleted")
    .option("--system <where>", "where a Redis comes from: auto, local or docker", "auto")
    .option("--out <dir>", "folder for the runs", runsFolder)
    .option("--json", "print compare.json instead of the table", false)
    .option("--quiet", "print nothing while it runs", false)
    .addHelpText("after", examples)
    .action(async (name: string, options: CompareOptions) => ended(await runCompare(name, options)));
}

async function runCompare(name: string, options: CompareOptions): Promise<number> {
  const request = await requestOf(name, options);
  const comparison = await watched(request, options);
  const folder = await folderFor(request.out, comparison);
  for (const { path, content } of await comparisonFiles(comparison))
    await writeFile(join(folder, path), content);
  if (options.json) console.log(comparisonJson(comparison).trimEnd());
  else {
    const colour = process.stdout.isTTY === true && (process.env.NO_COLOR ?? "") === "";
    const reportPath = join(relative(process.cwd(), folder), "compare.html");
    console.log(comparisonScreen(comparison, { colour, reportPath }));
  }
  return comparison.rows.every(({ failure }) => failure === null) ? exitCode.pass : exitCode.inconclusive;
}

async function requestOf(typed: string, options: CompareOptions): Promise<ComparisonRequest> {
  const { name, file, thing: scenario } = await chooseScenario(typed);
  const chosen = await contendersOf(options.variants);
  const asked = askedOf(scenario, options, null);
  const said = spelled(options, asked);
  const contestants = chosen.map(
    (one): Contestant => ({
      about: one.variant.about,
      target: startedGateways(one),
      command: (seed) => asTyped(`npm run scenario ${typed} -- --variant ${one.typed} --seed ${seed}${said}`),
    }),
  );
  const trials = wholeNumber(options.trials, "--trials", 1, 1_000);
  const blocks = wholeNumber(options.blocks, "--blocks", 0, 1_000);
  const margin = wholeNumber(options.margin, "--margin", 0, 99);
  const ours = `--variants ${chosen.map(({ typed }) => typed).join(",")} --trials ${trials} --blocks ${blocks} --seed ${asked.seed}${margin === 5 ? "" : ` --margin ${margin}`}`;
  return {
    ...asked,
    scenarioName: name,
    scenarioFile: isPath(typed) ? file : null,
    scenario,
    contestants,
    trials,
    blocks,
    margin: margin / 100,
    redisUrl: options.redis ?? null,
    toxiproxyUrl: null,
    system: systemChoice(options.system),
    keeps: "reports",
    out: resolve(options.out),
    command: asTyped(`npm run compare ${typed} -- ${ours}${said}`),
  };
}

/** The variants that are named; throws a `Refusal` for fewer than two. */
async function contendersOf(text: string): Promise<readonly Contender[]> {
  const all = text.trim() === "all" ? (await listVariants()).map(({ name }) => name) : text.split(",");
  const names = all.map((name) => name.trim()).filter((name) => name !== "");
  const contenders = await chooseVariants(names);
  if (contenders.length >= 2) return contenders;
  throw new Refusal(`--variants takes at least two names, like sliding-log,gcra, or all; "${text}" is not.`);
}

/** What all runs have in common, as the command line says it. */
function spelled(options: CompareOptions, { ratePerSecond }: { readonly ratePerSecond: number }): string {
  const parts = [""];
  if (ratePerSecond !== 10_000) parts.push(`--rate ${ratePerSecond}`);
  if (options.replicas !== undefined) parts.push(`--replicas ${options.replicas}`);
  if (options.duration !== undefined) parts.push(`--duration ${options.duration}`);
  if (options.system !== "auto") parts.push(`--system ${options.system}`);
  if (options.redis !== undefined) parts.push(`--redis ${redactedUrl(options.redis)}`);
  return parts.join(" ");
}

async function watched(request: ComparisonRequest, options: CompareOptions): Promise<Comparison> {
  const ending = trackEnding();
  const show = screen({ json: options.json, quiet: options.quiet });
  try {
    return await runComparison(request, {
      signal: ending.signal,
      own: ending.own,
      onStep: () => {},
      onLive: show.live,
      onRun: (variant, trial) => show.step(`trial ${trial} of ${request.trials}: ${variant}`),
      onMeasure: (_, { verdict, reason }) => show.step(`  ${verdict ?? "nothing promised"}: ${reason}`),
      onBlock: (variant, { block }) => show.step(`block ${block} of ${request.blocks}: ${variant}`),
      onFailure: (_, reason) => show.step(`  could not be run: ${reason}`),
    });
  } finally {
    show.stop();
    await ending.release();
  }
}

/** `<out>/compare/<time>-<scenario>/`, fresh. */
async function folderFor(out: string, { startedAt, scenario }: Comparison): Promise<string> {
  const time = startedAt.replaceAll(/[-:]/g, "").replace("T", "-").replace(/\..*/, "");
  const folder = join(out, "compare", `${time}-${scenario}`);
  await mkdir(folder, { recursive: true });
  return folder;
}
