import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { BlockNumbers } from "../compare/comparison.ts";
import type { Contest } from "../compare/run-contestant.ts";
import { keepJson, keptJson } from "../kept-json.ts";
import { Refusal } from "../refusal.ts";
import type { LeagueSettings } from "./league.ts";

/** What has been run of a league, on disk: whoever was killed goes on from it. */
export interface LeagueState {
  readonly startedAt: string;
  readonly run: (scenario: string, variant: string) => Promise<KeptRun | null>;
  readonly keepRun: (scenario: string, variant: string, run: KeptRun) => Promise<void>;
  readonly round: (block: number) => Promise<KeptRound | null>;
  readonly keepRound: (round: KeptRound) => Promise<void>;
}

/** One run, how busy the machine was when it began, and when it was done. */
export interface KeptRun extends Contest {
  /** Whether the first came to nothing. */
  readonly isSecond: boolean;
  readonly loadAverage: number;
  readonly endedAt: string;
}

/**
 * One block of everybody who could be run, measured one after the other: it is kept whole or not at all, since numbers of
 * one block are compared in pairs, and pairs that lie hours apart compare the hours.
 */
export interface KeptRound {
  readonly block: number;
  /** By variant. */
  readonly numbers: Readonly<Record<string, BlockNumbers>>;
  /** Why others have no numbers, by variant. */
  readonly failures: Readonly<Record<string, string>>;
  /** How busy the machine was when it was done, and when that was. */
  readonly loadAverage: number;
  readonly endedAt: string;
}

/** Opens or begins the league in `folder`. Throws a `Refusal` where one lies there that was run with other settings. */
export async function leagueState(folder: string, settings: LeagueSettings): Promise<LeagueState> {
  const path = join(folder, "settings.json");
  const kept = await keptJson<{ readonly startedAt: string; readonly settings: LeagueSettings }>(path);
  if (kept !== null && !isDeepStrictEqual(kept.settings, settings)) {
    throw new Refusal(
      `In ${folder} lies a league that was run with other ${differing(kept.settings, settings)}: give another --out, or remove it.`,
    );
  }
  const startedAt = kept?.startedAt ?? new Date().toISOString();
  if (kept === null) await keepJson(path, { startedAt, settings });
  const runPath = (scenario: string, variant: string) => join(folder, "runs", scenario, `${variant}.json`);
  const roundPath = (block: number) => join(folder, "rounds", `${block}.json`);
  return {
    startedAt,
    run: (scenario, variant) => keptJson<KeptRun>(runPath(scenario, variant)),
    keepRun: (scenario, variant, run) => keepJson(runPath(scenario, variant), run),
    round: (block) => keptJson<KeptRound>(roundPath(block)),
    keepRound: (round) => keepJson(roundPath(round.block), round),
  };
}

function differing(kept: LeagueSettings, asked: LeagueSettings): string {
  const names = Object.keys(asked) as (keyof LeagueSettings)[];
  return names.filter((name) => !isDeepStrictEqual(kept[name], asked[name])).join(" and ");
}
