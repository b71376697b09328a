import type { Mutant, Variant } from "../../limiter/variants/variant.ts";
import type { Trial } from "./trial.ts";

/** A mutant, by its file's name. */
export interface NamedMutant {
  readonly name: string;
  readonly thing: Mutant;
}

/** Which part of the matrix is wanted. */
export interface TrialsOptions {
  /** Of these stories alone; a mutant that declares none of them is then tried in all of them. @default all declared */
  readonly only?: readonly string[];
  readonly seeds: readonly number[];
  readonly ratePerSecond: number;
  /** Live and short, or in full. @default 3 */
  readonly level?: 2 | 3;
}

/** All trials of `mutants`, story by story and seed by seed: those with the bug, then their twins, each twin once. */
export function trialsOf(
  mutants: readonly NamedMutant[],
  { only = [], seeds, ratePerSecond, level = 3 }: TrialsOptions,
): Trial[] {
  const storiesOf = ({ thing }: NamedMutant): readonly string[] => {
    if (only.length === 0) return thing.scenarios;
    const declared = thing.scenarios.filter((story) => only.includes(story));
    return declared.length === 0 ? only : declared;
  };
  const stories = [...new Set(mutants.flatMap(storiesOf))].sort();
  return stories.flatMap((scenario) => {
    const tried = mutants.filter((mutant) => storiesOf(mutant).includes(scenario));
    return seeds.flatMap((seed) => {
      const base = { scenario, seed, ratePerSecond, ...(level === 2 ? { level } : {}) };
      const wrong = tried.map(({ name, thing: { convictedBy } }) => ({
        ...base,
        variant: name,
        twinOf: [],
        convictedBy,
      }));
      const twins = [...namesByTwin(tried).values()].map((names) => ({
        ...base,
        variant: `${names[0]}:fixed`,
        twinOf: names,
        convictedBy: [],
      }));
      return [...wrong, ...twins];
    });
  });
}

/** Mutants whose twins are one and the same limiter. */
function namesByTwin(mutants: readonly NamedMutant[]): Map<Variant, string[]> {
  const names = new Map<Variant, string[]>();
  for (const { name, thing } of mutants) {
    const twin = thing.variant({ bug: false });
    names.set(twin, [...(names.get(twin) ?? []), name]);
  }
  return names;
}
