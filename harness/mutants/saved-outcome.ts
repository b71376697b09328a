import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { keepJson, keptJson } from "../kept-json.ts";
import { type Trial, type TrialOutcome, trialPath } from "./trial.ts";

/** What `trial` came to earlier, as kept below `out`; `null` if it was not run, or declared otherwise since. */
export async function savedOutcome(out: string, trial: Trial): Promise<TrialOutcome | null> {
  const kept = await keptJson<TrialOutcome>(join(out, trialPath(trial)));
  return kept?.schemaVersion === 1 && isDeepStrictEqual(kept.trial, trial) ? kept : null;
}

/** Keeps it whole or not at all. */
export async function saveOutcome(out: string, outcome: TrialOutcome): Promise<void> {
  await keepJson(join(out, trialPath(outcome.trial)), outcome);
}
