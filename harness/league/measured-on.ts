import { basename, dirname } from "node:path";
import { packageRoot } from "../package-root.ts";
import { environmentOf } from "../run/environment.ts";
import { leasedFolder } from "../system/leased-folder.ts";
import { provideRedis, type SystemChoice } from "../system/provide-redis.ts";
import type { LeagueSettings } from "./league.ts";
import { digestOf, sourceDigest } from "./source-digest.ts";

/** What a league is measured with and on, beside the names and versions of what it measures. */
export type MeasuredOn = Pick<LeagueSettings, "source" | "variantFiles" | "system" | "environment">;

/**
 * Looks at the source, at the variants' `files` by their names (what a file of the caller's own imports is not looked at),
 * and at the machine with the Redis that it gives. Throws a `Refusal` where it gives none.
 */
export async function measuredOn(
  system: SystemChoice,
  files: Readonly<Record<string, string>>,
): Promise<MeasuredOn> {
  await using folder = leasedFolder("league");
  await using redis = await provideRedis({ system, runFolder: folder.path, onProgress: () => {} });
  return {
    source: sourceDigest(packageRoot),
    variantFiles: Object.fromEntries(
      Object.entries(files).map(([name, file]) => [name, digestOf(dirname(file), [basename(file)])]),
    ),
    system,
    environment: environmentOf(redis),
  };
}
