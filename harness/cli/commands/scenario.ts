import { resolve } from "node:path";
import type { Command } from "commander";
import { asTyped } from "../../as-typed.ts";
import { isPath } from "../../own-file.ts";
import { runsFolder } from "../../package-root.ts";
import { redactedUrl } from "../../redacted.ts";
import { Refusal, TargetRefusal } from "../../refusal.ts";
import {
  dropEmptyRunFolder,
  dropRunFolder,
  keepRefused,
  makeRunFolder,
  pruneRuns,
} from "../../run/run-folder.ts";
import type { RunRequest } from "../../run/run-request.ts";
import { runScenario } from "../../run/run-scenario.ts";
import { saveRun } from "../../run/save-run.ts";
import type { Scenario } from "../../scenario.ts";
import { trackEnding } from "../../system/ending.ts";
import { requireToxiproxyUrl } from "../../system/toxiproxy-source.ts";
import { startedGateways } from "../../targets/started-gateways.ts";
import type { Target } from "../../targets/target.ts";
import type { Baseline } from "../../verdict/baseline/baseline.ts";
import { parseGate } from "../../verdict/gate.ts";
import type { GateRules } from "../../verdict/gate-runs.ts";
import { type AskedOptions, askedOf } from "../asked-of.ts";
import { chooseScenario, chooseVariant } from "../catalogue.ts";
import { addCommandOptions, type CommandOptions, commandChoice } from "../command-options.ts";
import { addDeclaredOptions } from "../declared-options.ts";
import { wholeNumber } from "../duration.ts";
import { loadBaseline } from "../load-baseline.ts";
import { screen } from "../screen.ts";
import { systemChoice } from "../system-choice.ts";
import { addUrlOptions, type UrlOptions, urlChoice } from "../url-options.ts";

/** The options of `scenario` as commander hands them over. */
interface ScenarioOptions extends UrlOptions, CommandOptions, AskedOptions {
  readonly variant?: string;
  readonly redis?: string;
  readonly toxiproxy?: string;
  readonly system: string;
  readonly gate: readonly string[];
  readonly baseline: readonly string[];
  readonly out: string;
  readonly keep?: string;
  readonly json: boolean;
  readonly quiet: boolean;
}

const examples = `
Examples:
  npm run scenario burst
  npm run scenario burst -- --variant gcra
  npm run scenario burst -- --variant read-then-write      a mutant: it must fail
  npm run scenario burst -- --duration 6s --seed 7 --gate 'accuracy.wronglyAllowedShare.proved==0'
  npm run scenario burst -- --baseline baselines/burst-sliding-log.json
  npm run scenario burst -- --redis redis://127.0.0.1:6379 --json
  npm run scenario burst -- --command "python3 gateway.py" --promise sliding-window   yours, started
  npm run scenario burst -- --url http://127.0.0.1:8080 --limit 100 --window 10s      yours, running

Exit codes: 0 pass, 1 fail, 2 inconclusive, 3 usage, 4 the harness failed, 130 interrupted.`;

/** `scenario <name>`: runs it, judges it, writes its reports. */
export function addScenario(program: Command, ended: (code: number) => void): void {
  const command = program
    .command("scenario")
    .description("Runs a scenario against a limiter and gives a verdict.")
    .argument("<name>", "what to run; `npm run list` shows them, or ./a-file.ts of yours")
    .option(
      "--variant <name>",
      "limiter under test, or ./a-file.ts of yours (default: as the scenario says, else sliding-log)",
    )
    .option("--replicas <n>", "gateways that share one Redis (default: as the scenario says)")
    .option("--rate <n>", "requests per second where the scenario blasts", "10000")
    .option("--duration <time>", "length of the judged, paced phases together, like 6s or 2m")
    .option("--seed <n>", "seed of the arrivals (default: a new one, printed)")
    .option("--redis <url>", "a Redis of yours; it is never flushed, only our own keys are deleted")
    .option("--toxiproxy <url>", "a Toxiproxy of yours, for scenarios with faults (default: our own)")
    .option("--system <where>", "where a Redis comes from: auto, local or docker", "auto")
    .option("--gate <expression>", "a threshold, like 'latencyMs.p99<=20'; repeatable", collect, [])
    .option("--baseline <file>", "what `npm run baseline -- save` wrote; repeatable", collect, []);
  addDeclaredOptions(addUrlOptions(addCommandOptions(command)))
    .option("--out <dir>", "folder for the runs", runsFolder)
    .option("--keep <n>", "keep only the newest n runs of each scenario")
    .option("--json", "print result.json instead of the screen", false)
    .option("--quiet", "print the verdict only", false)
    .addHelpText("after", examples)
    .action(async (name: string, options: ScenarioOptions) => ended(await runCommand(name, options)));
}

function collect(value: string, before: readonly string[]): readonly string[] {
  return [...before, value];
}

async function runCommand(typed: string, options: ScenarioOptions): Promise<number> {
  const { name, file, thing: scenario } = await chooseScenario(typed);
  const theirs = urlChoice(options) ?? commandChoice(options, scenario);
  const asked = askedOf(scenario, options, theirs);
  const gates = [...(scenario.gates ?? []), ...options.gate];
  const parsedGates = gates.map(parseGate);
  const baselines = await Promise.all(options.baseline.map(loadBaseline));
  refuseUnusedToxiproxy(name, scenario, options);
  const keep = options.keep === undefined ? null : wholeNumber(options.keep, "--keep", 1, 1_000_000);
  const system = systemChoice(options.system);
  const out = resolve(options.out);
  const target = theirs === null ? await started(scenario, options) : await theirs.target();
  for (const baseline of baselines) refuseOther(baseline, name, target.name);
  const runFolder = await makeRunFolder(out, name, target.name, new Date());
  const request: RunRequest = {
    ...asked,
    scenarioName: name,
    scenarioFile: isPath(typed) ? file : null,
    scenario,
    target,
    redisUrl: options.redis ?? null,
    toxiproxyUrl: options.toxiproxy ?? null,
    system,
    runFolder,
    gates,
    ...(baselines.length === 0 ? {} : { baselines: baselines.map((one) => JSON.stringify(one)) }),
    command: repeatLine(
      typed,
      theirs?.spelled ?? [`--variant ${options.variant ?? target.name}`],
      options,
      asked,
    ),
  };
  const code = await runAndSave(request, { gates: parsedGates, baselines }, out, options);
  if (keep !== null) await pruneRuns(out, keep);
  return code;
}

/** A Toxiproxy is used by faults only: where there are none, nobody would notice that it is not there. */
function refuseUnusedToxiproxy(name: string, { faults }: Scenario, { toxiproxy }: ScenarioOptions): void {
  if (toxiproxy === undefined) return;
  requireToxiproxyUrl(toxiproxy);
  if (faults === undefined)
    throw new Refusal(`--toxiproxy is for scenarios with faults, and ${name} has none: leave it out.`);
}

/** Before a run that could only be inconclusive. */
function refuseOther({ scenario, variant }: Baseline, name: string, target: string): void {
  if (scenario === name && variant === target) return;
  throw new Refusal(
    `The baseline is of ${scenario} on ${variant}, and this would be ${name} on ${target}: give the one of this story, or leave --baseline out.`,
  );
}

async function started(scenario: Scenario, { variant }: ScenarioOptions): Promise<Target> {
  return startedGateways(await chooseVariant(variant ?? scenario.variant ?? "sliding-log"));
}

async function runAndSave(
  request: RunRequest,
  rules: GateRules,
  out: string,
  options: ScenarioOptions,
): Promise<number> {
  const { runFolder: folder, scenario } = request;
  const ending = trackEnding();
  const show = screen({ json: options.json, quiet: options.quiet });
  ending.own({ [Symbol.asyncDispose]: () => dropRunFolder(folder) });
  try {
    show.start(request);
    const history = await runScenario(request, {
      signal: ending.signal,
      own: ending.own,
      onStep: show.step,
      onLive: show.live,
    });
    show.step("judging and drawing");
    const result = await saveRun(history, { scenario, ...rules, folder, out });
    show.verdict(result, history, folder);
    return result.exitCode;
  } catch (error) {
    if (error instanceof TargetRefusal) await keepRefused(folder, error.message);
    else if (error instanceof Refusal) await dropRunFolder(folder);
    else await dropEmptyRunFolder(folder);
    throw error;
  } finally {
    show.stop();
    await ending.release();
  }
}

/** The line that repeats the run, with the seed that was drawn; passwords are never part of it. */
function repeatLine(
  name: string,
  target: readonly string[],
  options: ScenarioOptions,
  asked: { ratePerSecond: number; seed: number },
): string {
  const parts = ["npm run scenario", name, "--", ...target, `--seed ${asked.seed}`];
  if (asked.ratePerSecond !== 10_000) parts.push(`--rate ${asked.ratePerSecond}`);
  if (options.replicas !== undefined) parts.push(`--replicas ${options.replicas}`);
  if (options.system !== "auto") parts.push(`--system ${options.system}`);
  if (options.redis !== undefined) parts.push(`--redis ${redactedUrl(options.redis)}`);
  if (options.toxiproxy !== undefined) parts.push(`--toxiproxy ${redactedUrl(options.toxiproxy)}`);
  if (options.duration !== undefined) parts.push(`--duration ${options.duration}`);
  for (const gate of options.gate) parts.push(`--gate '${gate.replaceAll("'", "")}'`);
  for (const file of options.baseline) parts.push(`--baseline '${file.replaceAll("'", "")}'`);
  return asTyped(parts.join(" "));
}
