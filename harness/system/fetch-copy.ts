import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { Refusal } from "../refusal.ts";
import { leaseFolder } from "./lease.ts";
import { pointTo } from "./redis/apt-copy.ts";
import { fetchPackages, type Wanted } from "./redis/apt-packages.ts";
import { runBriefly } from "./run-briefly.ts";

/** What to fetch, and where to. */
export interface FetchCopyOptions {
  readonly wanted: Wanted;
  readonly home: string;
  /** Told in words what takes its time. */
  readonly onProgress: (message: string) => void;
  /** Whether what came into `copy` can be used. */
  readonly works: (copy: string) => Promise<boolean>;
}

/**
 * Fetches something from the package archive of Debian, Ubuntu and their like into a new folder below `home`, to
 * which `home/current` then points. Rejects with a sentence where that cannot be done, or what came does not `work`.
 */
export async function fetchCopy({ wanted, home, onProgress, works }: FetchCopyOptions): Promise<string> {
  for (const command of ["apt-get", "dpkg-deb"]) {
    const { code } = await runBriefly({ command, args: ["--version"], withinMs: 10_000 });
    if (code !== 0) throw new Refusal(`there is no ${command} here`);
  }
  await mkdir(home, { recursive: true });
  const folder = await mkdtemp(join(home, "gatecrash-copy-"));
  const lease = leaseFolder(folder);
  try {
    await fetchPackages(folder, onProgress, wanted);
    if (!(await works(folder))) throw new Refusal("what came from the package archive does not work here");
    await pointTo(home, folder);
    return folder;
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  } finally {
    lease.release();
  }
}
