import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { BlockMeasure } from "../compare/comparison.ts";
import type { Contest } from "../compare/run-contestant.ts";
import { keepJson, keptJson } from "../kept-json.ts";
import { Refusal } from "../refusal.ts";
import type { LeagueSettings } from "./league.ts";

/** What has been run of a league, on disk: whoever was killed goes on from it. */
export interface LeagueState {
  readonly startedAt: string;
  readonly run: (scenario: string, variant: string) => Promise<KeptRun | null>;
  readonly keepRun: (scenario: string, variant: string, run: KeptRun) => Promise<void>;
  readonly blocks: (variant: string) => Promise<readonly KeptBlock[]>;
  readonly keepBlocks: (variant: string, blocks: readonly KeptBlock[]) => Promise<void>;
}

/** One run, and how busy the machine was when it began. */
export interface KeptRun extends Contest {
  readonly loadAverage: number;
}

/** One block, and how busy the machine was when it ended. */
export interface KeptBlock extends BlockMeasure {
  readonly loadAverage: number;
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
  const blockPath = (variant: string) => join(folder, "blocks", `${variant}.json`);
  return {
    startedAt,
    run: (scenario, variant) => keptJson<KeptRun>(runPath(scenario, variant)),
    keepRun: (scenario, variant, run) => keepJson(runPath(scenario, variant), run),
    blocks: async (variant) => (await keptJson<KeptBlock[]>(blockPath(variant))) ?? [],
    keepBlocks: (variant, blocks) => keepJson(blockPath(variant), blocks),
  };
}

function differing(kept: LeagueSettings, asked: LeagueSettings): string {
  const names = Object.keys(asked) as (keyof LeagueSettings)[];
  return names.filter((name) => !isDeepStrictEqual(kept[name], asked[name])).join(" and ");
}
