import { totalmem } from "node:os";
import { resolve } from "node:path";
import type { Command } from "commander";
import type { Policy } from "../../../limiter/policy.ts";
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
import type { Scenario, ScenarioRequest } from "../../scenario.ts";
import { trackEnding } from "../../system/ending.ts";
import { requireToxiproxyUrl } from "../../system/toxiproxy-source.ts";
import { startedGateways } from "../../targets/started-gateways.ts";
import type { Target } from "../../targets/target.ts";
import type { Baseline } from "../../verdict/baseline/baseline.ts";
import { parseGate } from "../../verdict/gate.ts";
import type { GateRules } from "../../verdict/gate-runs.ts";
import { chooseScenario, chooseVariant } from "../catalogue.ts";
import { addCommandOptions, type CommandOptions, commandChoice } from "../command-options.ts";
import { addDeclaredOptions, type ForeignChoice } from "../declared-options.ts";
import { durationMs, wholeNumber } from "../duration.ts";
import { loadBaseline } from "../load-baseline.ts";
import { screen } from "../screen.ts";
import { systemChoice } from "../system-choice.ts";
import { addUrlOptions, type UrlOptions, urlChoice } from "../url-options.ts";

/** The options of `scenario` as commander hands them over. */
interface ScenarioOptions extends UrlOptions, CommandOptions {
  readonly variant?: string;
  readonly replicas?: string;
  readonly rate: string;
  readonly duration?: string;
  readonly seed?: string;
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
  if (options.toxiproxy !== undefined) requireToxiproxyUrl(options.toxiproxy);
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

/** The numbers that were asked for; throws a `Refusal` for those that make no run. */
export function askedOf(
  scenario: Scenario,
  options: Pick<ScenarioOptions, "replicas" | "rate" | "duration" | "seed">,
  theirs: ForeignChoice | null,
): ScenarioRequest & { readonly seed: number } {
  const { replicas = String(theirs?.replicas ?? scenario.replicas), seed, duration } = options;
  const asked = {
    ratePerSecond: wholeNumber(options.rate, "--rate", 1, 1_000_000),
    policies: theirs?.policies ?? scenario.policies,
    replicas: wholeNumber(replicas, "--replicas", 1, 64),
    seed:
      seed === undefined
        ? Math.floor(Math.random() * 1_000_000)
        : wholeNumber(seed, "--seed", 0, 2_147_483_647),
  };
  refuseFewerSubjects(scenario, asked.policies);
  const stretch = duration === undefined ? stretchFor(scenario, asked) : stretchTo(scenario, duration, asked);
  if (duration !== undefined) refuseNoRoom(scenario, duration, { ...asked, stretch });
  refuseTooMany(scenario, { ...asked, stretch });
  return { ...asked, stretch };
}

/** Refuses policies that leave out somebody whom the scenario is about. */
function refuseFewerSubjects({ belongs = {} }: Scenario, policies: readonly Policy[]): void {
  const missing = Object.keys(belongs).find((name) => !policies.some(({ by }) => by === name));
  if (missing === undefined) return;
  throw new Refusal(
    `This scenario is about policies by x-client-id and by x-${missing}-id together, and --limit and --window declare one by x-client-id alone: leave them out with --command, which is told all policies in RATE_POLICIES, or choose another scenario.`,
  );
}

/** What one request takes from its schedule to the end of its judgement, in bytes: measured, and rounded up. */
const bytesPerRequestJudged = 200;

/** Refuses a run whose requests would not fit into half of the machine's memory, before anything is allocated. */
function refuseTooMany(scenario: Scenario, asked: ScenarioRequest): void {
  const requests = scenario
    .phases(asked)
    .reduce(
      (sum, phase) =>
        sum +
        ("load" in phase
          ? (phase.load.expected ?? (asked.ratePerSecond * phase.load.durationMs) / 1_000)
          : phase.saturate.requests),
      0,
    );
  const most = Math.floor(totalmem() / 2 / bytesPerRequestJudged);
  if (requests <= most) return;
  throw new Refusal(
    `That would be up to ${Math.round(requests).toLocaleString("en")} requests and this machine's memory takes ${most.toLocaleString("en")}: give a lower --rate or a shorter --duration.`,
  );
}

/** A window that is longer than the scenario's own needs phases that are longer by as much. */
function stretchFor(scenario: Scenario, { policies }: Pick<ScenarioRequest, "policies">): number {
  const longest = (all: ScenarioRequest["policies"]) => Math.max(...all.map(({ windowMs }) => windowMs));
  return Math.max(1, longest(policies) / longest(scenario.policies));
}

/** By how much the phases stretch so that the judged, paced ones come to `duration` together. */
function stretchTo(scenario: Scenario, duration: string, asked: Omit<ScenarioRequest, "stretch">): number {
  const wantedMs = durationMs(duration, "--duration");
  const lengthMs = (stretch: number): number =>
    scenario
      .phases({ ...asked, stretch })
      .reduce(
        (sum, phase) => sum + ("load" in phase && phase.role !== "warmup" ? phase.load.durationMs : 0),
        0,
      );
  const perStretch = lengthMs(2) - lengthMs(1);
  const fixedMs = lengthMs(1) - perStretch;
  const stretch = perStretch <= 0 ? 1 : (wantedMs - fixedMs) / perStretch;
  if (!(stretch >= 0.1)) {
    const least = Math.ceil((fixedMs + 0.1 * perStretch) / 100) / 10;
    throw new Refusal(`--duration ${duration} is too short for this scenario: give at least ${least}s.`);
  }
  return stretch;
}

/** Refuses a run that is too short for its faults, in which something would be broken for no time, or never. */
function refuseNoRoom(scenario: Scenario, duration: string, asked: ScenarioRequest): void {
  const planned = (stretch: number): boolean => {
    try {
      scenario.faults?.({ ...asked, stretch });
      return true;
    } catch (error) {
      if (error instanceof RangeError) return false;
      throw error;
    }
  };
  const { stretch } = asked;
  if (planned(stretch)) return;
  const judgedMs = durationMs(duration, "--duration");
  const lengths = Array.from({ length: 120 }, (_, index) => Math.ceil(judgedMs / 500) + index + 1);
  const least = lengths.find((halves) => planned(stretchTo(scenario, `${halves * 500}ms`, asked)));
  const hint = least === undefined ? "leave it out" : `give at least ${least / 2}s`;
  throw new Refusal(`--duration ${duration} is too short for the faults of this scenario: ${hint}.`);
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
