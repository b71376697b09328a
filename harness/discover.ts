import { readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { nearestName } from "./nearest-name.ts";
import { Refusal } from "./refusal.ts";

/** One thing that a folder offers: known by its file's name. */
export interface Found<T> {
  readonly name: string;
  readonly file: string;
  readonly thing: T;
}

/** All files of `folder` that export `exportName`, in order of their names. Tests are left out. */
export async function discover<T>(folder: string, exportName: string): Promise<Found<T>[]> {
  const files = (await readdir(folder))
    .filter((file) => /\.(ts|js|mjs)$/.test(file) && !/\.(test|d)\.(ts|js|mjs)$/.test(file))
    .sort();
  const found: Found<T>[] = [];
  for (const file of files) {
    const path = join(folder, file);
    const module = (await import(pathToFileURL(path).href)) as Record<string, unknown>;
    if (exportName in module) found.push({ name: nameOf(file), file: path, thing: module[exportName] as T });
  }
  return found;
}

/** The one called `name`; throws a `Refusal` with the nearest name if there is none. `kind` names it in the sentence. */
export function pick<T>(found: readonly Found<T>[], name: string, kind: string): Found<T> {
  const match = found.find((candidate) => candidate.name === name);
  if (match !== undefined) return match;
  const names = found.map((candidate) => candidate.name);
  const near = nearestName(name, names);
  const hint = near === null ? `there are: ${names.join(", ")}` : `did you mean ${near}?`;
  throw new Refusal(`There is no ${kind} called "${name}": ${hint}`);
}

function nameOf(file: string): string {
  return basename(file).replace(/\.(ts|js|mjs)$/, "");
}
