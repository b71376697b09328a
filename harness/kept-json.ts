import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";

/** What `keepJson` kept at `path`; `null` where there is nothing that can be read. */
export async function keptJson<Kept>(path: string): Promise<Kept | null> {
  const text = await readFile(path, "utf8").catch(() => null);
  try {
    return text === null ? null : (JSON.parse(text, unspelled) as Kept);
  } catch {
    return null;
  }
}

/** Keeps `value` at `path`, whole or not at all, infinities too. */
export async function keepJson(path: string, value: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.${process.pid}`, `${JSON.stringify(value, spelled, 2)}\n`);
  await rename(`${path}.${process.pid}`, path);
}

const wordOf = new Map([
  [Number.POSITIVE_INFINITY, "\u0000infinity"],
  [Number.NEGATIVE_INFINITY, "\u0000-infinity"],
]);

/** JSON has no word for the infinities, which bounds may be. */
function spelled(_: string, value: unknown): unknown {
  return typeof value === "number" ? (wordOf.get(value) ?? value) : value;
}

function unspelled(_: string, value: unknown): unknown {
  if (value === wordOf.get(Number.POSITIVE_INFINITY)) return Number.POSITIVE_INFINITY;
  return value === wordOf.get(Number.NEGATIVE_INFINITY) ? Number.NEGATIVE_INFINITY : value;
}
