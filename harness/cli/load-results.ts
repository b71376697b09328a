import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { parseResult } from "../../reports/result-schema.ts";
import { Refusal } from "../refusal.ts";
import type { Result } from "../verdict/result.ts";
import { whereTyped } from "../where-typed.ts";

/**
 * The results that `named` mean, each once: a `result.json`, a run's folder, or below `out` a scenario (its latest run),
 * `<scenario>/<run>` or `latest`. Throws a `Refusal` for what is none of them, and for no name at all.
 */
export async function loadResults(named: readonly string[], out: string): Promise<Result[]> {
  const results = new Map<string, Result>();
  for (const name of named) {
    const file = await resultFile(name, out);
    const text = await readFile(file, "utf8").catch((cause: unknown) => {
      throw new Refusal(`${file} cannot be read: name a run's folder or its result.json.`, { cause });
    });
    const result = parseResult(text, file);
    results.set(`${result.scenario} ${result.variant} ${result.startedAt} ${result.seed}`, result);
  }
  if (results.size === 0)
    throw new Refusal("Name at least one run: its folder, its result.json, a scenario, or latest.");
  return [...results.values()];
}

async function resultFile(name: string, out: string): Promise<string> {
  const typed = whereTyped(name);
  const candidates = [
    typed,
    join(typed, "result.json"),
    join(out, name, "result.json"),
    join(out, name, "latest", "result.json"),
  ];
  for (const candidate of candidates)
    if ((await stat(candidate).catch(() => null))?.isFile() === true) return candidate;
  throw new Refusal(
    `There is no result of a run at ${name}: name a run's folder, its result.json, a scenario or \`latest\` (npm run scenario burst makes one).`,
  );
}
