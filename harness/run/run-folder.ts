import {
  access,
  constants,
  lstat,
  mkdir,
  readdir,
  rename,
  rm,
  rmdir,
  stat,
  symlink,
  writeFile,
} from "node:fs/promises";
import { join, relative } from "node:path";
import { Refusal } from "../refusal.ts";

/** Makes `<out>/<scenario>/<time>-<variant>/` for one run. Throws a `Refusal` where it cannot be written. */
export async function makeRunFolder(
  out: string,
  scenario: string,
  variant: string,
  now: Date,
): Promise<string> {
  const time = now.toISOString().replaceAll(/[-:]/g, "").replace("T", "-").replace(/\..*/, "");
  const base = join(out, scenario, `${time}-${variant.replaceAll(/[^A-Za-z0-9._-]/g, "-")}`);
  try {
    for (let n = 1; ; n++) {
      const folder = n === 1 ? base : `${base}-${n}`;
      await mkdir(join(out, scenario), { recursive: true });
      if (!(await makes(folder))) continue;
      await access(folder, constants.W_OK);
      await mkdir(join(folder, "logs"));
      return folder;
    }
  } catch (cause) {
    const why = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
    throw new Refusal(`${out} cannot be written${why}: give a folder that can be with --out DIR.`, { cause });
  }
}

async function makes(folder: string): Promise<boolean> {
  try {
    await mkdir(folder);
    return true;
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "EEXIST") return false;
    throw error;
  }
}

/** Removes a run's folder in which nothing was recorded: it was refused or interrupted. */
export async function dropRunFolder(folder: string): Promise<void> {
  if (!(await isRecorded(folder))) await rm(folder, { recursive: true, force: true });
}

/** Removes a run's folder that holds not even a log; with one it stays, for it may say what went wrong. */
export async function dropEmptyRunFolder(folder: string): Promise<void> {
  for (const each of [join(folder, "logs"), folder]) await rmdir(each).catch(() => undefined);
}

const refusedName = "refused.txt";

/** Keeps the folder of a run that never began, for its logs; `reason` is written beside them. */
export async function keepRefused(folder: string, reason: string): Promise<void> {
  await writeFile(join(folder, refusedName), `${reason}\n`);
}

/** Points `<out>/latest` and `<out>/<scenario>/latest` to `folder`; a file system without links goes without. */
export async function pointLatest(out: string, scenario: string, folder: string): Promise<void> {
  for (const home of [out, join(out, scenario)]) {
    const link = join(home, "latest");
    const fresh = `${link}.${process.pid}`;
    try {
      await symlink(relative(home, folder), fresh, "dir");
      await rename(fresh, link);
    } catch {
      await rm(fresh, { force: true });
    }
  }
}

/** Removes the oldest recorded or refused runs, and comparisons, below `out` until `keep` are left for each scenario; returns what was removed. */
export async function pruneRuns(out: string, keep: number): Promise<string[]> {
  const removed: string[] = [];
  for (const scenario of await foldersIn(out)) {
    const runs = await runsIn(join(out, scenario));
    for (const run of runs.slice(0, Math.max(0, runs.length - keep))) {
      await rm(run, { recursive: true, force: true });
      removed.push(run);
    }
    await dropDeadLink(join(out, scenario, "latest"));
  }
  await dropDeadLink(join(out, "latest"));
  return removed;
}

/** The runs of one scenario that are over, oldest first: folders that begin with a time and hold what a run leaves. */
async function runsIn(folder: string): Promise<string[]> {
  const names = (await foldersIn(folder)).filter((name) => /^\d{8}-\d{6}-/.test(name)).sort();
  const runs: string[] = [];
  for (const name of names) {
    const run = join(folder, name);
    const leavings = ["history.parquet", "compare.json", refusedName].map(async (name) =>
      exists(join(run, name)),
    );
    if ((await Promise.all(leavings)).includes(true)) runs.push(run);
  }
  return runs;
}

async function isRecorded(folder: string): Promise<boolean> {
  return exists(join(folder, "history.parquet"));
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => null)) !== null;
}

async function dropDeadLink(link: string): Promise<void> {
  const isLink = (await lstat(link).catch(() => null))?.isSymbolicLink() === true;
  if (isLink && (await stat(link).catch(() => null)) === null) await rm(link, { force: true });
}

async function foldersIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
}

/**
 * The folder of the run that `named` means: a folder, `latest`, `<scenario>` (its latest) or `<scenario>/<run>`.
 * Throws a `Refusal` when there is none.
 */
export async function findRunFolder(out: string, named: string): Promise<string> {
  for (const candidate of [named, join(out, named), join(out, named, "latest")]) {
    const history = await stat(join(candidate, "history.parquet")).catch(() => null);
    if (history?.isFile() === true) return candidate;
  }
  throw new Refusal(
    `There is no recorded run at ${named}: name a run's folder, a scenario or \`latest\` (npm run scenario burst records one).`,
  );
}
