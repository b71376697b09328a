import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";

/** A limiter in a file of the caller's, or one of ours, which has none. */
export interface OwnFile {
  readonly name: string;
  readonly ownFile: string | null;
}

/**
 * The version of each file of the caller's among `chosen`: a digest of what stands in it. A league that is gone on with
 * takes over no runs of another file that is called alike, nor of this one as it was before.
 */
export async function ownVersions(chosen: readonly OwnFile[]): Promise<Readonly<Record<string, string>>> {
  const versions: Record<string, string> = {};
  for (const { name, ownFile } of chosen)
    if (ownFile !== null) versions[`${name} (a file)`] = `sha256 ${await digestOf(ownFile)}`;
  return versions;
}

async function digestOf(file: string): Promise<string> {
  const digest = createHash("sha256").update(await readFile(file));
  return digest.digest("hex").slice(0, 12);
}
