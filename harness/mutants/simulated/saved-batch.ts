import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { keepJson, keptJson } from "../../kept-json.ts";
import { type Batch, type BatchOutcome, batchPath } from "./batch.ts";

/** What `batch` came to earlier, as kept below `out`; `null` if it was not run, or declared otherwise since. */
export async function savedBatch(out: string, batch: Batch): Promise<BatchOutcome | null> {
  const kept = await keptJson<BatchOutcome>(join(out, batchPath(batch)));
  return kept?.schemaVersion === 1 && isDeepStrictEqual(kept.batch, batch) ? kept : null;
}

/** Keeps it whole or not at all. */
export async function saveBatch(out: string, outcome: BatchOutcome): Promise<void> {
  await keepJson(join(out, batchPath(outcome.batch)), outcome);
}
