import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { keepJson, keptJson } from "../kept-json.ts";
import { type Trial, type TrialOutcome, trialPath } from "./trial.ts";

/** What lies in the file of a trial. */
interface KeptOutcome {
  /** The digest of the source that it was run with. */
  readonly source: string;
  readonly outcome: TrialOutcome;
}

/**
 * What `trial` came to earlier, as kept below `out` by the same `source`; `null` if it was not run, or declared otherwise
 * since.
 */
export async function savedOutcome(out: string, trial: Trial, source: string): Promise<TrialOutcome | null> {
  const kept = await keptJson<KeptOutcome>(join(out, trialPath(trial)));
  if (kept?.source !== source || kept.outcome.schemaVersion !== 1) return null;
  return isDeepStrictEqual(kept.outcome.trial, trial) ? kept.outcome : null;
}

/** Keeps it whole or not at all. */
export async function saveOutcome(out: string, outcome: TrialOutcome, source: string): Promise<void> {
  const kept: KeptOutcome = { source, outcome };
  await keepJson(join(out, trialPath(outcome.trial)), kept);
}
