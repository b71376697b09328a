import { Refusal } from "../../refusal.ts";
import { parseNumber, readNumber } from "../gated-number.ts";
import type { Result } from "../result.ts";
import { type Baseline, baselineSchemaVersion, fewestTrials, type TrialValues } from "./baseline.ts";
import { otherMachine, otherStory, type Story, storyOf } from "./likeness.ts";

/** What is compared unless more is asked for: no absolute time is among them. */
export const usualNumbers: readonly string[] = [
  "accuracy.wronglyAllowedShare",
  "accuracy.wronglyDeniedShare",
  "accuracy.worstAdmittedRatio",
  "findings.redis-cost.roundTripsPerDecision",
  "findings.redis-cost.commandsPerDecision",
  "findings.redis-cost.bytesPerDecision",
  "findings.latency-within.decisionMs / findings.latency-within.controlMs",
];

/** What a baseline is to hold. */
export interface BaselineOptions {
  /** Numbers beside the usual ones, as gates write them; growth is what is looked for. @default none */
  readonly further?: readonly string[];
  /** A growth of more than this share (0 to 1) is to be found. @default 0.2 */
  readonly findsShare?: number;
}

/**
 * The baseline of `trials`, runs of one story on one machine. Of the usual numbers those that a trial could not measure are
 * left out; what is asked for besides must be in all. Throws a `Refusal` for too few trials, for one that is another story
 * or inconclusive, and for a number that is not there.
 */
export function makeBaseline(
  trials: readonly Result[],
  { further = [], findsShare = 0.2 }: BaselineOptions = {},
): Baseline {
  const [first] = trials;
  if (first === undefined || trials.length < fewestTrials)
    throw new Refusal(
      `A baseline takes at least ${fewestTrials} runs, better 10, to know their noise, and ${trials.length} ${trials.length === 1 ? "was" : "were"} given: run the scenario again.`,
    );
  for (const trial of trials) refuseOther(trial, first);
  const numbers: Record<string, TrialValues> = {};
  for (const name of new Set([...usualNumbers, ...further])) {
    const values = valuesOf(name, trials);
    if (!("missing" in values)) numbers[name] = values.values;
    else if (further.includes(name)) throw new Refusal(`${name} cannot be in a baseline: ${values.missing}.`);
  }
  const { gatecrash, node, platform, cpus, redis } = first.environment;
  return {
    schemaVersion: baselineSchemaVersion,
    ...meanStory(trials.map(storyOf), storyOf(first)),
    environment: { gatecrash, node, platform, cpus, redis },
    startedAt: first.startedAt,
    trials: trials.length,
    findsShare,
    proofs: first.findings
      .filter(({ kind, checker }) => kind === "proof" && trials.every((trial) => passes(trial, checker)))
      .map(({ checker }) => checker),
    numbers,
  };
}

function refuseOther(trial: Result, first: Result): void {
  const other =
    otherStory(storyOf(trial), storyOf(first)) ?? otherMachine(trial.environment, first.environment);
  if (other !== null)
    throw new Refusal(
      `The run of ${trial.startedAt} is no trial of the same story: it is ${other}. Leave it out.`,
    );
  if (trial.verdict === "inconclusive")
    throw new Refusal(
      `The run of ${trial.startedAt} is inconclusive (${trial.reason}): leave it out and run the scenario again.`,
    );
}

function meanStory(stories: readonly Story[], first: Story): Story {
  const offered = Object.fromEntries(
    Object.keys(first.offered).map((name) => {
      const sum = stories.reduce((total, story) => total + (story.offered[name] ?? 0), 0);
      return [name, Math.round(sum / stories.length)];
    }),
  );
  return { ...first, offered };
}

function passes({ findings }: Result, name: string): boolean {
  return findings.some(({ checker, verdict }) => checker === name && verdict === "pass");
}

function valuesOf(name: string, trials: readonly Result[]): { values: TrialValues } | { missing: string } {
  const number = parseNumber(name, name);
  if (number === null) throw new Refusal(`"${name}" is no number of a result: write it like latencyMs.p50.`);
  const plain: number[] = [];
  const proved: number[] = [];
  const estimate: number[] = [];
  for (const trial of trials) {
    const read = readNumber(number, trial, [trial]);
    if ("missing" in read) return read;
    if (typeof read.value === "number") plain.push(rounded(read.value));
    else {
      proved.push(rounded(read.value.proved));
      estimate.push(rounded(read.value.estimate));
    }
  }
  if (plain.length === trials.length) return { values: plain };
  if (proved.length === trials.length) return { values: { proved, estimate } };
  return { missing: "it is known between bounds in some trials only" };
}

/** Six digits: no noise is so small, and a file of them can be read. */
function rounded(value: number): number {
  return Number(value.toPrecision(6));
}
