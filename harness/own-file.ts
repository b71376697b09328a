import { access } from "node:fs/promises";
import { basename, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Found } from "./discover.ts";
import { Refusal } from "./refusal.ts";

/** Whether what was typed is the path of a file rather than a name of ours. */
export function isPath(typed: string): boolean {
  return /[/\\]|\.(ts|js|mjs)$/.test(typed);
}

/**
 * What the file at `path` exports as `exportName`; from where the caller stands, also behind `npm run`. Throws a
 * `Refusal` for a file that is not there, cannot be loaded or exports nothing of that name.
 */
export async function thingInFile<T>(path: string, exportName: string): Promise<Found<T>> {
  const file = resolve(process.env.INIT_CWD ?? ".", path);
  await access(file).catch((cause: unknown) => {
    throw new Refusal(`There is no file ${file}: give the path of a file that exports \`${exportName}\`.`, {
      cause,
    });
  });
  const module = await import(pathToFileURL(file).href).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Refusal(`${file} cannot be loaded (${reason}): mend it and run this again.`, { cause });
  });
  const thing: unknown = module[exportName];
  if (typeof thing !== "object" || thing === null)
    throw new Refusal(`${file} exports no \`${exportName}\`: add \`export const ${exportName} = ...\`.`);
  return { name: basename(file).replace(/\.(ts|js|mjs)$/, ""), file, thing: thing as T };
}
