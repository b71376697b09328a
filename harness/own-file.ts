import { access } from "node:fs/promises";
import { basename } from "node:path";
import { pathToFileURL } from "node:url";
import type { Found } from "./discover.ts";
import { Refusal } from "./refusal.ts";
import { whereTyped } from "./where-typed.ts";

/** What a part of something in a file must be. */
export type PartKind = "text" | "number" | "list" | "function";

const kinds: Readonly<Record<PartKind, string>> = {
  text: "a text",
  number: "a number",
  list: "a list that is not empty",
  function: "a function",
};

function isOf(kind: PartKind, part: unknown): boolean {
  if (kind === "list") return Array.isArray(part) && part.length > 0;
  return typeof part === (kind === "text" ? "string" : kind);
}

/** Whether what was typed is the path of a file rather than a name of ours. */
export function isPath(typed: string): boolean {
  return /[/\\]|\.[cm]?[jt]s$/.test(typed);
}

/**
 * What the file at `path` exports as `exportName`; from where the caller stands. Throws a
 * `Refusal` for a file that is not there, cannot be loaded, exports nothing of that name, or lacks one of its `parts`.
 */
export async function thingInFile<T>(
  path: string,
  exportName: string,
  parts: Readonly<Record<string, PartKind>>,
): Promise<Found<T>> {
  const file = whereTyped(path);
  await access(file).catch((cause: unknown) => {
    throw new Refusal(`There is no file ${file}: give the path of a file that exports \`${exportName}\`.`, {
      cause,
    });
  });
  const module = await import(pathToFileURL(file).href).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Refusal(`${file} cannot be loaded (${reason}): ${howToMend(cause)} and run this again.`, {
      cause,
    });
  });
  const thing: unknown = module[exportName];
  if (typeof thing !== "object" || thing === null)
    throw new Refusal(`${file} exports no \`${exportName}\`: add \`export const ${exportName} = ...\`.`);
  const missing = Object.entries(parts).find(
    ([part, kind]) => !isOf(kind, (thing as Record<string, unknown>)[part]),
  );
  if (missing !== undefined)
    throw new Refusal(
      `\`${exportName}\` of ${file} has no \`${missing[0]}\`, which must be ${kinds[missing[1]]}.`,
    );
  return { name: nameOf(file), file, thing: thing as T };
}

/** A package that says nothing, or `commonjs`, is read as it was before there were modules. */
function howToMend(cause: unknown): string {
  const isModule = cause instanceof SyntaxError && /'export'|import statement/.test(cause.message);
  return isModule
    ? 'end its name in .mts or .mjs (or put "type": "module" into your package.json)'
    : "mend it";
}

/** The last part of `path` by letters that every file system takes. */
export function fileName(path: string): string {
  return basename(path).replaceAll(/[^A-Za-z0-9_-]/g, "-");
}

/** Also the name of a folder among the runs: no path, and none of those that lie there already. */
function nameOf(file: string): string {
  const name = fileName(file.replace(/\.[cm]?[jt]s$/, ""));
  return reserved.has(name) || name === "" ? `own-${name}` : name;
}

const reserved: ReadonlySet<string> = new Set(["latest", "compare", "mutants", "bench"]);
