import type { Scenario } from "../../scenario.ts";
import { isOfLevel } from "../level.ts";
import type { NamedMutant } from "../trials-of.ts";
import type { Batch } from "./batch.ts";

/** What is to be simulated. */
export interface BatchesOptions {
  readonly stories: readonly { readonly name: string; readonly thing: Scenario }[];
  readonly mutants: readonly NamedMutant[];
  /** Names of correct limiters, whose local twins and whose scripts are run. */
  readonly correct: readonly string[];
  /** Of these stories alone. @default all */
  readonly only?: readonly string[];
  readonly firstSeed: number;
  /** Of each mutant, and of each correct limiter in Redis; in memory there are `MEMORY_SEEDS` times as many. */
  readonly seeds: number;
}

/** A run in memory takes so much less than one in Redis. */
export const MEMORY_SEEDS = 50;

/**
 * Every mutant that shows in simulated time, in the stories made for it; and every correct limiter, in memory and in
 * Redis, in every story in which nothing breaks.
 */
export function batchesOf({
  stories,
  mutants,
  correct,
  only = [],
  firstSeed,
  seeds,
}: BatchesOptions): Batch[] {
  const isAsked = (scenario: string): boolean => only.length === 0 || only.includes(scenario);
  const guilty = mutants
    .filter(({ thing }) => isOfLevel(thing, 1))
    .flatMap(({ name, thing: { scenarios, convictedBy } }) =>
      scenarios
        .filter(isAsked)
        .map((scenario) => ({ scenario, limiter: name, convictedBy, firstSeed, seeds })),
    );
  // Nothing breaks in simulated time.
  const calm = stories.filter(({ name, thing }) => thing.faults === undefined && isAsked(name));
  const innocent = (where: string, of: number): Batch[] =>
    correct.flatMap((name) =>
      calm.map((story) => ({
        scenario: story.name,
        limiter: `${name} (${where})`,
        convictedBy: null,
        firstSeed,
        seeds: of,
      })),
    );
  return [...guilty, ...innocent("memory", MEMORY_SEEDS * seeds), ...innocent("Redis", seeds)];
}
