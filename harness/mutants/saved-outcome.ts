import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type Trial, type TrialOutcome, trialPath } from "./trial.ts";

/** What `trial` came to earlier, as kept below `out`; `null` if it was not run, or declared otherwise since. */
export async function savedOutcome(out: string, trial: Trial): Promise<TrialOutcome | null> {
  const text = await readFile(join(out, trialPath(trial)), "utf8").catch(() => null);
  if (text === null) return null;
  try {
    const outcome = JSON.parse(text) as TrialOutcome;
    return outcome.schemaVersion === 1 && isDeepStrictEqual(outcome.trial, trial) ? outcome : null;
  } catch {
    return null;
  }
}

/** Keeps it whole or not at all. */
export async function saveOutcome(out: string, outcome: TrialOutcome): Promise<void> {
  const path = join(out, trialPath(outcome.trial));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.${process.pid}`, `${JSON.stringify(outcome, null, 2)}\n`);
  await rename(`${path}.${process.pid}`, path);
}
