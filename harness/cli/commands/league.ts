import { access, constants, mkdir, stat, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { leagueFiles } from "../../../reports/league/league-files.ts";
import { asTyped } from "../../as-typed.ts";
import { fewestPairs } from "../../compare/differences.ts";
import type { Contestant, ContestRequest } from "../../compare/run-contestant.ts";
import type { League, LeagueSettings } from "../../league/league.ts";
import { leagueState } from "../../league/league-state.ts";
import { measuredOn } from "../../league/measured-on.ts";
import { runLeague } from "../../league/run-league.ts";
import { standingSet } from "../../league/standing-set.ts";
import { versionsOf } from "../../league/versions-of.ts";
import { reportsFolder, runsFolder } from "../../package-root.ts";
import { exitCode, Refusal } from "../../refusal.ts";
import { trackEnding } from "../../system/ending.ts";
import { startedGateways } from "../../targets/started-gateways.ts";
import { askedOf } from "../asked-of.ts";
import { chooseScenario, listVariants } from "../catalogue.ts";
import { type Contender, chooseVariants } from "../choose-variants.ts";
import { wholeNumber } from "../duration.ts";
import { screen } from "../screen.ts";
import { systemChoice } from "../system-choice.ts";

/** The options of `league` as commander hands them over. */
interface LeagueOptions {
  readonly variants: string;
  readonly rate: string;
  readonly seed: string;
  readonly blocks?: string;
  readonly short: boolean;
  readonly system: string;
  readonly out: string;
  readonly report: string;
  readonly quiet: boolean;
}

const examples = `
Examples:
  npm run league
  npm run league -- --short
  npm run league -- --variants sliding-log,gcra,none --short --report /tmp/league.md

It goes on where it was left: what was run is not run again. Another --out begins anew, as it must with another source,
other versions, another Redis or another machine.
Exit codes: 0 all were run, 2 some could not be, 3 usage, 4 the harness failed, 130 interrupted.`;

/** Multiplies the phases of the short form. */
const shortStretch = 0.5;
const shortBlocks = 3;

/** `league`: the standing set for all limiters, and the table that comes of it. */
export function addLeague(program: Command, ended: (code: number) => void): void {
  program
    .command("league")
    .description(`Runs ${standingSet.join(", ")} for all limiters, and writes the table.`)
    .option("--variants <names>", "limiters, separated by commas; the first is compared with; or all", "all")
    .option("--rate <n>", "requests per second where a scenario blasts", "3000")
    .option("--seed <n>", "seed of all runs", "1")
    .option(
      "--blocks <n>",
      `blocks of each for what it costs (default: ${fewestPairs}, short: ${shortBlocks})`,
    )
    .option("--short", "phases half as long, and too few blocks to claim a difference", false)
    .option("--system <where>", "where a Redis comes from: auto, local or docker", "auto")
    .option("--out <dir>", "folder for the runs", runsFolder)
    .option("--report <file>", "what is written", join(reportsFolder, "league.md"))
    .option("--quiet", "print nothing while it runs", false)
    .addHelpText("after", examples)
    .action(async (options: LeagueOptions) => ended(await runCommand(options)));
}

async function runCommand(options: LeagueOptions): Promise<number> {
  const report = resolve(options.report);
  await requireWritable(report);
  const chosen = await chooseVariants(await namesOf(options.variants));
  const settings = await settingsOf(options, chosen);
  const out = resolve(options.out);
  const contests = await contestsOf(options, settings, out);
  const state = await leagueState(join(out, "league", settings.form), settings);
  const ending = trackEnding();
  const show = screen({ json: false, quiet: options.quiet });
  const step = (text: string) => show.step(text);
  try {
    const league = await runLeague(
      { settings, contests, contestants: chosen.map(contestantOf), margin: 0.05, command: spelled(options) },
      state,
      {
        signal: ending.signal,
        own: ending.own,
        onStep: () => {},
        onLive: show.live,
        onNext: (what, doneShare) => step(`${Math.round(100 * doneShare)} % ${what}`),
      },
    );
    await writeReport(league, report);
    if (!options.quiet) console.log(`Written: ${relative(process.cwd(), report)}`);
    const tables = [...league.comparisons, league.costs];
    const isWhole = tables.every(({ rows }) => rows.every(({ failure }) => failure === null));
    return isWhole ? exitCode.pass : exitCode.inconclusive;
  } finally {
    show.stop();
    await ending.release();
  }
}

/** All of them with the reference first, which costs are compared with. */
async function namesOf(text: string): Promise<readonly string[]> {
  if (text.trim() !== "all") return text.split(",").map((name) => name.trim());
  const names = (await listVariants()).map(({ name }) => name);
  return [...new Set(["sliding-log", ...names])];
}

async function settingsOf(
  { seed, rate, short, blocks, system }: LeagueOptions,
  chosen: readonly Contender[],
): Promise<LeagueSettings> {
  return {
    seed: wholeNumber(seed, "--seed", 0, 2_147_483_647),
    ratePerSecond: wholeNumber(rate, "--rate", 1, 1_000_000),
    form: short ? "short" : "full",
    blocks: wholeNumber(blocks ?? String(short ? shortBlocks : fewestPairs), "--blocks", 0, 1_000),
    variants: chosen.map(({ name }) => name),
    versions: versionsOf(chosen.map(({ variant }) => variant)),
    ...(await measuredOn(systemChoice(system), filesOf(chosen))),
  };
}

function filesOf(chosen: readonly Contender[]): Readonly<Record<string, string>> {
  return Object.fromEntries(chosen.map(({ name, gatewayArgs: [file = ""] }) => [name, file]));
}

function contestsOf(
  options: LeagueOptions,
  { form }: LeagueSettings,
  out: string,
): Promise<readonly ContestRequest[]> {
  return Promise.all(
    standingSet.map(async (scenarioName): Promise<ContestRequest> => {
      const { thing: scenario } = await chooseScenario(scenarioName);
      const asked = askedOf(scenario, { rate: options.rate, seed: options.seed }, null);
      return {
        ...asked,
        stretch: asked.stretch * (form === "short" ? shortStretch : 1),
        scenarioName,
        scenarioFile: null,
        scenario,
        redisUrl: null,
        toxiproxyUrl: null,
        system: systemChoice(options.system),
        keeps: "history",
        out: join(out, "league", form, "histories"),
      };
    }),
  );
}

function contestantOf(chosen: Contender): Contestant {
  const { typed, variant } = chosen;
  return {
    about: variant.about,
    target: startedGateways(chosen),
    command: (seed) => asTyped(`npm run league -- --variants ${typed} --seed ${seed}`),
  };
}

function spelled({ variants, rate, seed, blocks, short, system }: LeagueOptions): string {
  const parts = [
    ...(variants === "all" ? [] : [`--variants ${variants}`]),
    ...(short ? ["--short"] : []),
    `--rate ${rate} --seed ${seed}`,
    ...(blocks === undefined ? [] : [`--blocks ${blocks}`]),
    ...(system === "auto" ? [] : [`--system ${system}`]),
  ];
  return asTyped(`npm run league -- ${parts.join(" ")}`);
}

/** Before anything is measured: hours later would be too late. */
async function requireWritable(path: string): Promise<void> {
  try {
    await mkdir(join(dirname(path), "league"), { recursive: true });
    const before = await stat(path).catch(() => null);
    if (before?.isDirectory() === true) throw new Error("it is a folder");
    await access(before === null ? dirname(path) : path, constants.W_OK);
  } catch (cause) {
    const why = cause instanceof Error ? ` (${cause.message})` : "";
    throw new Refusal(`${path} cannot be written${why}: give another file with --report.`, { cause });
  }
}

async function writeReport(league: League, path: string): Promise<void> {
  for (const { path: name, content } of leagueFiles(league)) {
    const file = name === "league.md" ? path : join(dirname(path), name);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, content);
  }
}
