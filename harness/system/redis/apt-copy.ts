import { mkdir, mkdtemp, readdir, readlink, realpath, rename, rm, symlink } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { Refusal } from "../../refusal.ts";
import { leaseFolder } from "../lease.ts";
import { fetchPackages } from "./apt-packages.ts";
import { programVersion } from "./program-version.ts";
import type { RedisProgram } from "./source.ts";

/**
 * The copy that `home/current` points to, if it runs. Every copy has a folder of its own that is never changed, so
 * several harnesses may fetch at once: the last one to finish is pointed to, and nobody's copy is pulled away.
 */
export async function currentCopy(home: string): Promise<RedisProgram | undefined> {
  const folder = await realpath(join(home, "current")).catch(() => undefined);
  return folder === undefined ? undefined : programIn(folder);
}

/** Fills a folder with `usr/bin/redis-server` and what it needs. */
export type Fetch = (folder: string, onProgress: (message: string) => void) => Promise<void>;

/** Fetches a new copy, proves that it runs, and points `home/current` to it; removes the broken one that was there. */
export async function installCopy(
  home: string,
  onProgress: (message: string) => void,
  fetch: Fetch = fetchPackages,
): Promise<RedisProgram> {
  await mkdir(home, { recursive: true });
  const broken = await readlink(join(home, "current")).catch(() => undefined);
  const folder = await mkdtemp(join(home, "gatecrash-copy-"));
  const lease = leaseFolder(folder);
  try {
    await fetch(folder, onProgress);
    const program = await programIn(folder);
    if (program === undefined) throw new Refusal("what came from it does not run here");
    await pointTo(home, folder);
    if (broken !== undefined) await rm(join(home, basename(broken)), { recursive: true, force: true });
    onProgress(`Redis ${program.version} is ready, and kept in ${home}`);
    return program;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  } finally {
    lease.release();
  }
}

/** Points `home/current` to `folder`, at once and whatever it pointed to. */
export async function pointTo(home: string, folder: string): Promise<void> {
  const link = `${folder}.link`;
  await symlink(basename(folder), link);
  await rename(link, join(home, "current"));
}

async function programIn(folder: string): Promise<RedisProgram | undefined> {
  const libraries = await libraryFolders(folder);
  const env = { LD_LIBRARY_PATH: libraries.join(":") };
  for (const name of ["redis-server", "valkey-server"]) {
    const command = join(folder, "usr/bin", name);
    const version = await programVersion(command, env);
    if (version !== undefined) return { command, env, version };
  }
  return undefined;
}

async function libraryFolders(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const libraries = entries.filter(({ name }) => /\.so(\.|$)/.test(name));
  return [...new Set(libraries.map(({ parentPath }) => parentPath))].toSorted(
    (one, other) => dirname(one).length - dirname(other).length,
  );
}
