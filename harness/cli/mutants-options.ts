import { resolve } from "node:path";
import type { Found } from "../discover.ts";
import { pick } from "../discover.ts";
import { sourceDigest } from "../league/source-digest.ts";
import { isOfLevel, type Level } from "../mutants/level.ts";
import type { NamedMutant } from "../mutants/trials-of.ts";
import { packageRoot } from "../package-root.ts";
import { Refusal } from "../refusal.ts";
import type { Scenario } from "../scenario.ts";
import type { SystemChoice } from "../system/provide-redis.ts";
import { listMutants, listScenarios } from "./catalogue.ts";
import { wholeNumber } from "./duration.ts";
import { systemChoice } from "./system-choice.ts";

/** The options of `mutants` as commander hands them over. */
export interface MutantsOptions {
  readonly level: string;
  readonly story: readonly string[];
  readonly rate?: string;
  readonly seed: string;
  readonly seeds: string;
  readonly twins: boolean;
  readonly run: boolean;
  readonly redis?: string;
  readonly system: string;
  readonly out: string;
  readonly write: boolean;
}

/** What they ask for. */
export interface AskedMatrix {
  readonly level: Level;
  readonly mutants: readonly NamedMutant[];
  /** Whether mutants were asked for by name. */
  readonly isNamed: boolean;
  readonly stories: readonly Found<Scenario>[];
  readonly only: readonly string[];
  readonly firstSeed: number;
  readonly seeds: number;
  readonly ratePerSecond: number;
  readonly out: string;
  /** A digest of the source: what another one came to is not taken. */
  readonly source: string;
  readonly system: SystemChoice;
  readonly redisUrl: string | null;
}

/** Reads the options; throws a `Refusal` with the nearest name or number for those that make no matrix. */
export async function askedMatrix(names: readonly string[], options: MutantsOptions): Promise<AskedMatrix> {
  const level = wholeNumber(options.level, "--level", 1, 3) as Level;
  if (level === 1) refuseLiveOptions(options);
  const all = await listMutants();
  const stories = await listScenarios();
  const only = options.story.map((story) => pick(stories, story, "scenario").name);
  const chosen = names.map((name) => pick(all, name, "mutant"));
  const hidden = chosen.find(({ thing }) => !isOfLevel(thing, level));
  if (hidden !== undefined)
    throw new Refusal(
      `${hidden.name} does not show at level ${level}: say --level ${hidden.thing.levels?.at(-1)}.`,
    );
  const declaring = all.filter(
    ({ thing }) =>
      isOfLevel(thing, level) && (only.length === 0 || thing.scenarios.some((story) => only.includes(story))),
  );
  return {
    level,
    mutants: (chosen.length === 0 ? declaring : chosen).map((mutant) =>
      level === 2 ? inCalmStories(mutant, stories) : mutant,
    ),
    isNamed: chosen.length > 0,
    stories,
    only,
    firstSeed: wholeNumber(options.seed, "--seed", 0, 2_147_483_647),
    seeds: wholeNumber(options.seeds, "--seeds", 1, 1_000),
    ratePerSecond: wholeNumber(options.rate ?? "3000", "--rate", 1, 1_000_000),
    out: resolve(options.out),
    source: sourceDigest(packageRoot),
    system: systemChoice(options.system),
    redisUrl: options.redis ?? null,
  };
}

function refuseLiveOptions({ rate, run }: MutantsOptions): void {
  if (rate !== undefined)
    throw new Refusal(
      "--rate is for levels 2 and 3: in simulated time each story has its own, leave it out.",
    );
  if (!run)
    throw new Refusal(
      "--no-run is for levels 2 and 3: level 1 runs only what is not kept already, leave it out.",
    );
}

/** Without the stories in which something breaks: the short form has no faults. */
function inCalmStories({ name, thing }: NamedMutant, stories: readonly Found<Scenario>[]): NamedMutant {
  const broken = new Set(stories.flatMap((story) => (story.thing.faults === undefined ? [] : [story.name])));
  return { name, thing: { ...thing, scenarios: thing.scenarios.filter((story) => !broken.has(story)) } };
}
