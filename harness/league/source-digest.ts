import { createHash } from "node:crypto";
import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** What a run consists of: the limiters, what runs, breaks and judges them, the stories, and what npm installs for them. */
const consistsOf = ["{limiter,harness,scenarios}/**/*.{ts,js}", "package-lock.json"];

/**
 * A digest of the source below `folder` that a run consists of, as it lies there, committed or not; of a package, what
 * was compiled. Tests, reports and prose are left out: who mends those has measured nothing else.
 */
export function sourceDigest(folder: string): string {
  const files = globSync(consistsOf, { cwd: folder }).map((file) => file.replaceAll("\\", "/"));
  return digestOf(
    folder,
    files.filter((file) => !/\.(test|d)\.(ts|js)$/.test(file)),
  );
}

/** A digest of `files`, their paths below `folder` and what is in them; the order in which they are given is none. */
export function digestOf(folder: string, files: readonly string[]): string {
  const hash = createHash("sha256");
  for (const file of files.toSorted()) {
    const content = readFileSync(join(folder, file));
    hash.update(`${file}\n${content.byteLength}\n`).update(content);
  }
  return hash.digest("hex").slice(0, 16);
}
