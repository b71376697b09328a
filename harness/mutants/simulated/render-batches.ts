import { plain } from "../../../reports/words/plain.ts";
import { falseConvictionBound } from "../false-conviction-bound.ts";
import type { BatchOutcome } from "./batch.ts";

/** Guilty found and tried, runs of correct limiters and how many of them were convicted. */
export interface LevelOneNumbers {
  readonly guiltyTried: number;
  /** Mutants that were convicted in every story made for them, with some seed. */
  readonly guiltyFound: number;
  /** Those of them that were convicted with every seed. */
  readonly guiltyAlways: number;
  readonly acquittals: number;
  readonly falseConvictions: number;
  /** Of the acquittals, those in which every proof passed. */
  readonly proved: number;
  /** Upper bound of the false-conviction rate, at 95 % confidence. */
  readonly falseConvictionsAtMost: number;
  readonly requests: number;
}

/** The numbers of all of it. */
export function levelOneNumbers(outcomes: readonly BatchOutcome[]): LevelOneNumbers {
  const guilty = outcomes.filter(({ batch }) => batch.convictedBy !== null);
  const innocent = outcomes.filter(({ batch }) => batch.convictedBy === null);
  const names = [...new Set(guilty.map(({ batch }) => batch.limiter))];
  const without = (least: (outcome: BatchOutcome) => number): number => {
    const missed = guilty.filter((outcome) => outcome.convicted < least(outcome));
    return names.length - new Set(missed.map(({ batch }) => batch.limiter)).size;
  };
  const sum = (of: (outcome: BatchOutcome) => number): number =>
    innocent.reduce((all, outcome) => all + of(outcome), 0);
  const acquittals = sum(({ batch }) => batch.seeds);
  const falseConvictions = sum(({ convicted }) => convicted);
  return {
    guiltyTried: names.length,
    guiltyFound: without(() => 1),
    guiltyAlways: without(({ batch }) => batch.seeds),
    acquittals,
    falseConvictions,
    proved: sum(({ proved }) => proved),
    falseConvictionsAtMost: falseConvictionBound(acquittals, falseConvictions),
    requests: sum(({ requests }) => requests),
  };
}

/** The matrix in simulated time as text: who convicted whom with how many of the seeds, then who was acquitted. */
export function renderBatches(outcomes: readonly BatchOutcome[]): string {
  const guilty = outcomes.filter(({ batch }) => batch.convictedBy !== null);
  const innocent = outcomes.filter(({ batch }) => batch.convictedBy === null);
  const lines = [
    ...guilty.flatMap((outcome) => [
      `  ${outcome.batch.limiter}, ${outcome.batch.scenario}: ${seedsOf(outcome)}; ${byWhom(outcome)}`,
      ...evidence(outcome),
    ]),
    ...(innocent.length === 0 ? [] : ["", "correct limiters"]),
    ...[...byLimiter(innocent)].flatMap(([limiter, of]) => [
      `  ${limiter}: ${acquittalsOf(of)}`,
      ...of.filter(({ convicted }) => convicted > 0).flatMap(evidence),
    ]),
  ];
  return [...lines, "", ...summary(levelOneNumbers(outcomes))].join("\n");
}

function byLimiter(outcomes: readonly BatchOutcome[]): Map<string, BatchOutcome[]> {
  return Map.groupBy(outcomes, ({ batch }) => batch.limiter);
}

function seedsOf({ batch, convicted }: BatchOutcome): string {
  return `${convicted} of ${batch.seeds} seeds (${Math.round((100 * convicted) / batch.seeds)} %)`;
}

function byWhom({ byChecker }: BatchOutcome): string {
  const each = Object.entries(byChecker).map(([checker, runs]) => `${checker} ${runs}`);
  return each.length === 0 ? "nobody" : each.join(", ");
}

function evidence({ evidence: found }: BatchOutcome): string[] {
  if (found === null) return [];
  return [`      ${found.checker}: ${plain(found.summary, 200)}`, `      again: ${found.command}`];
}

function acquittalsOf(of: readonly BatchOutcome[]): string {
  const runs = of.reduce((all, { batch }) => all + batch.seeds, 0);
  const convicted = of.reduce((all, one) => all + one.convicted, 0);
  const proved = of.reduce((all, one) => all + one.proved, 0);
  return `${convicted} of ${runs} runs convicted, ${proved} passed every proof (${of.length} stories)`;
}

function summary(numbers: LevelOneNumbers): string[] {
  const { guiltyTried, guiltyFound, guiltyAlways } = numbers;
  const { acquittals, falseConvictions, falseConvictionsAtMost } = numbers;
  const most = `at most ${(100 * falseConvictionsAtMost).toPrecision(2)} % of such runs, at 95 % confidence`;
  return [
    `Guilty found: ${guiltyFound} of ${guiltyTried} wrong limiters, ${guiltyAlways} of them with every seed.`,
    ...(acquittals === 0
      ? []
      : [`False convictions: ${falseConvictions} of ${acquittals} runs of correct limiters; ${most}.`]),
  ];
}
