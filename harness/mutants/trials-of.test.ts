import { describe, expect, it } from "vitest";
import type { Mutant, Variant } from "../../limiter/variants/variant.ts";
import { listMutants, listScenarios } from "../cli/catalogue.ts";
import { trialPath } from "./trial.ts";
import { type NamedMutant, trialsOf } from "./trials-of.ts";

function variant(about: string): Variant {
  return {
    about,
    promises: () => {
      throw new Error("nobody asks what it promises");
    },
    protect: () => Promise.reject(new Error("nobody runs it")),
  };
}

const shared = variant("a twin of several");

function mutant(name: string, scenarios: readonly string[], twin = shared): NamedMutant {
  const thing: Mutant = {
    about: name,
    source: "none",
    convictedBy: ["within-bound"],
    scenarios,
    variant: ({ bug }) => (bug ? variant(name) : twin),
  };
  return { name, thing };
}

const mutants = [
  mutant("a", ["flood", "drought"]),
  mutant("b", ["flood"]),
  mutant("c", ["flood"], variant("a twin of its own")),
  mutant("d", []),
];

function named(
  options: { only?: readonly string[]; seeds?: readonly number[] } = {},
  tried: readonly NamedMutant[] = mutants,
): string[] {
  const trials = trialsOf(tried, { seeds: [1], ratePerSecond: 3_000, ...options });
  return trials.map(({ scenario, variant, seed }) => `${scenario} ${variant} ${seed}`);
}

describe("the trials of a matrix", () => {
  it("are each mutant in each story made for it, and each of their twins once", () => {
    expect(named()).toEqual([
      "drought a 1",
      "drought a:fixed 1",
      "flood a 1",
      "flood b 1",
      "flood c 1",
      "flood a:fixed 1",
      "flood c:fixed 1",
    ]);
  });

  it("keep seed by seed together, so that each seed is whole as early as it can be", () => {
    expect(named({ only: ["drought"], seeds: [1, 2] }, mutants.slice(0, 1))).toEqual([
      "drought a 1",
      "drought a:fixed 1",
      "drought a 2",
      "drought a:fixed 2",
    ]);
  });

  it("try a mutant that was not made for the story that is asked for, too", () => {
    expect(named({ only: ["drought"] }, mutants.slice(3))).toEqual(["drought d 1", "drought d:fixed 1"]);
  });

  it("know whose twin is run, and that nobody may convict it", () => {
    const [twin] = trialsOf(mutants, { seeds: [1], ratePerSecond: 10 }).filter(
      ({ scenario, variant }) => scenario === "flood" && variant === "a:fixed",
    );
    expect(twin).toMatchObject({ twinOf: ["a", "b"], convictedBy: [] });
  });

  it("have a file each", () => {
    const paths = trialsOf(mutants, { seeds: [1, 2], ratePerSecond: 10 }).map(trialPath);
    expect(new Set(paths).size).toBe(paths.length);
    expect(paths[0]).toBe("drought/a-seed-1-rate-10.json");
  });
});

describe("the mutants that there are", async () => {
  const [found, stories] = await Promise.all([listMutants(), listScenarios()]);

  it("are made for stories that there are", () => {
    const names = stories.map(({ name }) => name);
    for (const { name, thing } of found)
      expect(
        thing.scenarios.filter((story) => !names.includes(story)),
        name,
      ).toEqual([]);
  });

  it.each(stories.filter(({ thing }) => thing.faults !== undefined).map(({ name }) => name))(
    "are at least two in a story that breaks something: %s",
    (story) => {
      const made = found.filter(({ thing }) => thing.scenarios.includes(story));
      expect(made.length).toBeGreaterThanOrEqual(2);
    },
  );

  it("share the twin that is the same limiter", () => {
    const twins = new Set(found.map(({ thing }) => thing.variant({ bug: false })));
    expect(twins.size).toBeLessThan(found.length);
  });
});
