import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { cacheFolder } from "../cache-folder.ts";
import { fetchCopy } from "../fetch-copy.ts";
import { runBriefly } from "../run-briefly.ts";
import { systemName } from "../system-name.ts";

/** A libfaketime that works here. */
export interface Faketime {
  /** The value of LD_PRELOAD for a program whose clock is to be faked. */
  readonly preload: string;
  /** In words: where it came from. */
  readonly origin: string;
}

/** How to look for it. */
export interface FindFaketimeOptions {
  /** Told in words what takes its time. */
  readonly onProgress: (message: string) => void;
  /** Where to look first. @default where distributions put it */
  readonly folders?: readonly string[];
}

/** Looks for libfaketime where distributions put it, else fetches it once into the cache; else says why there is none. */
export async function findFaketime({
  onProgress,
  folders = distributionFolders(),
}: FindFaketimeOptions): Promise<Faketime | { readonly reason: string }> {
  if (process.platform !== "linux") return { reason: "libfaketime is used on Linux only" };
  const home = join(cacheFolder(), "faketime", systemName());
  const found = (await workingIn(folders)) ?? (await workingIn(cachedFolders(home)));
  if (found !== undefined) return found;
  try {
    const folder = await fetchCopy({
      wanted: { what: "libfaketime", anyOf: ["libfaketime"] },
      home,
      onProgress,
      works: async (copy) => (await workingBelow(copy)) !== undefined,
    });
    return (await workingBelow(folder)) ?? { reason: "the libfaketime that was fetched does not work here" };
  } catch (error) {
    return {
      reason: `there is no libfaketime here, and it could not be fetched (${error instanceof Error ? error.message : String(error)})`,
    };
  }
}

const libraryName = "libfaketime.so.1";

function distributionFolders(): string[] {
  const roots = ["/usr/lib", "/usr/lib64", "/usr/local/lib"];
  const nested = existsSync("/usr/lib")
    ? readdirSync("/usr/lib").filter((name) => name.includes("linux-gnu"))
    : [];
  return [...roots, ...nested.map((name) => join("/usr/lib", name))].map((root) => join(root, "faketime"));
}

function cachedFolders(home: string): string[] {
  const current = join(home, "current");
  return existsSync(current) ? libraryFolders(current) : [];
}

function libraryFolders(copy: string): string[] {
  const lib = join(copy, "usr/lib");
  if (!existsSync(lib)) return [];
  return [lib, ...readdirSync(lib).map((name) => join(lib, name))].map((folder) => join(folder, "faketime"));
}

function workingBelow(copy: string): Promise<Faketime | undefined> {
  return workingIn(libraryFolders(copy));
}

async function workingIn(folders: readonly string[]): Promise<Faketime | undefined> {
  for (const folder of folders) {
    const library = join(folder, libraryName);
    if (!existsSync(library)) continue;
    // The C library's own malloc goes first: jemalloc asks for the time while libfaketime is being set up, and hangs.
    const preload = `${library} libc.so.6`;
    if (await works(preload)) return { preload, origin: library };
  }
  return undefined;
}

/** The proof: `date` is an hour ahead under it. */
async function works(preload: string): Promise<boolean> {
  const env = { LD_PRELOAD: preload, FAKETIME: "+3600" };
  const { code, stdout } = await runBriefly({ command: "date", args: ["+%s"], withinMs: 10_000, env });
  return code === 0 && Math.abs(Number(stdout) - Date.now() / 1_000 - 3_600) < 60;
}
