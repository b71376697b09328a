import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { BlockMeasure } from "../compare/comparison.ts";
import type { Contest } from "../compare/run-contestant.ts";
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
  const kept = await read<{ readonly startedAt: string; readonly settings: LeagueSettings }>(path);
  if (kept !== null && !isDeepStrictEqual(kept.settings, settings)) {
    throw new Refusal(
      `In ${folder} lies a league that was run with other ${differing(kept.settings, settings)}: give another --out, or remove it.`,
    );
  }
  const startedAt = kept?.startedAt ?? new Date().toISOString();
  if (kept === null) await write(path, { startedAt, settings });
  const runPath = (scenario: string, variant: string) => join(folder, "runs", scenario, `${variant}.json`);
  const blockPath = (variant: string) => join(folder, "blocks", `${variant}.json`);
  return {
    startedAt,
    run: (scenario, variant) => read<KeptRun>(runPath(scenario, variant)),
    keepRun: (scenario, variant, run) => write(runPath(scenario, variant), run),
    blocks: async (variant) => (await read<KeptBlock[]>(blockPath(variant))) ?? [],
    keepBlocks: (variant, blocks) => write(blockPath(variant), blocks),
  };
}

function differing(kept: LeagueSettings, asked: LeagueSettings): string {
  const names = Object.keys(asked) as (keyof LeagueSettings)[];
  return names.filter((name) => !isDeepStrictEqual(kept[name], asked[name])).join(" and ");
}

/** `null` where there is nothing that can be read: it is run again. */
async function read<T>(path: string): Promise<T | null> {
  const text = await readFile(path, "utf8").catch(() => null);
  try {
    return text === null ? null : (JSON.parse(text, unspelled) as T);
  } catch {
    return null;
  }
}

/** Keeps it whole or not at all. */
async function write(path: string, value: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.${process.pid}`, `${JSON.stringify(value, spelled)}\n`);
  await rename(`${path}.${process.pid}`, path);
}

const wordOf = new Map([
  [Number.POSITIVE_INFINITY, "\u0000infinity"],
  [Number.NEGATIVE_INFINITY, "\u0000-infinity"],
]);

/** JSON has no word for the infinities, which bounds may be. */
function spelled(_: string, value: unknown): unknown {
  return typeof value === "number" ? (wordOf.get(value) ?? value) : value;
}

function unspelled(_: string, value: unknown): unknown {
  if (value === wordOf.get(Number.POSITIVE_INFINITY)) return Number.POSITIVE_INFINITY;
  return value === wordOf.get(Number.NEGATIVE_INFINITY) ? Number.NEGATIVE_INFINITY : value;
}
