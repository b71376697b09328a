import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type Batch, type BatchOutcome, batchPath } from "./batch.ts";

/** What `batch` came to earlier, as kept below `out`; `null` if it was not run, or declared otherwise since. */
export async function savedBatch(out: string, batch: Batch): Promise<BatchOutcome | null> {
  const text = await readFile(join(out, batchPath(batch)), "utf8").catch(() => null);
  if (text === null) return null;
  try {
    const outcome = JSON.parse(text) as BatchOutcome;
    return outcome.schemaVersion === 1 && isDeepStrictEqual(outcome.batch, batch) ? outcome : null;
  } catch {
    return null;
  }
}

/** Keeps it whole or not at all. */
export async function saveBatch(out: string, outcome: BatchOutcome): Promise<void> {
  const path = join(out, batchPath(outcome.batch));
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.${process.pid}`, `${JSON.stringify(outcome, null, 2)}\n`);
  await rename(`${path}.${process.pid}`, path);
}
