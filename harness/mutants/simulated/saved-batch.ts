import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { keepJson, keptJson } from "../../kept-json.ts";
import { type Batch, type BatchOutcome, batchPath } from "./batch.ts";

/** What lies in the file of a batch. */
interface KeptBatch {
  /** The digest of the source that it was run with. */
  readonly source: string;
  readonly outcome: BatchOutcome;
}

/**
 * What `batch` came to earlier, as kept below `out` by the same `source`; `null` if it was not run, or declared otherwise
 * since.
 */
export async function savedBatch(out: string, batch: Batch, source: string): Promise<BatchOutcome | null> {
  const kept = await keptJson<KeptBatch>(join(out, batchPath(batch)));
  if (kept?.source !== source || kept.outcome.schemaVersion !== 1) return null;
  return isDeepStrictEqual(kept.outcome.batch, batch) ? kept.outcome : null;
}

/** Keeps it whole or not at all. */
export async function saveBatch(out: string, outcome: BatchOutcome, source: string): Promise<void> {
  const kept: KeptBatch = { source, outcome };
  await keepJson(join(out, batchPath(outcome.batch)), kept);
}
