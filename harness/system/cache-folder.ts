import { accessSync, constants, mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { isInstalled, packageRoot } from "../package-root.ts";
import { Refusal } from "../refusal.ts";

/**
 * The folder that keeps what outlives a run (a fetched Redis, leases): `GATECRASH_CACHE`, else `.cache` of the
 * checkout, else `$XDG_CACHE_HOME/gatecrash`: the first that can be written, made if it is absent.
 */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  const given = env.GATECRASH_CACHE;
  if (given) {
    const folder = resolve(given);
    if (isWritable(folder)) return folder;
    throw new Refusal(`The folder ${folder} of GATECRASH_CACHE cannot be written: name another one.`);
  }
  const candidates = [
    // What is installed may be removed at any time, and belong to somebody else.
    ...(isInstalled ? [] : [join(packageRoot, ".cache")]),
    join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "gatecrash"),
  ];
  const folder = candidates.find(isWritable);
  if (folder !== undefined) return folder;
  throw new Refusal(
    `No folder can be written of ${candidates.join(" and ")}: set GATECRASH_CACHE to a folder that can.`,
  );
}

function isWritable(folder: string): boolean {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK | constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
