import { readFile } from "node:fs/promises";
import { Refusal } from "../refusal.ts";
import { type Baseline, parseBaseline } from "../verdict/baseline/baseline.ts";
import { whereTyped } from "../where-typed.ts";

/** The baseline in the file at `path`, from where the caller stands. Throws a `Refusal` for what is none. */
export async function loadBaseline(path: string): Promise<Baseline> {
  const text = await readFile(whereTyped(path), "utf8").catch((cause: unknown) => {
    throw new Refusal(
      `There is no baseline at ${path}: save one of several runs with npm run baseline -- save RUNS.`,
      { cause },
    );
  });
  return parseBaseline(text, path);
}
