import type { Asking, Batch } from "./batch.ts";

/** Gathers what is asked. */
export interface BatchQueue {
  readonly add: (asking: Asking) => void;
}

/**
 * Sends together what is asked in one turn of the event loop: at its end, or as soon as a batch is full.
 * What is asked alone so waits for nothing that takes time.
 */
export function batchQueue(begin: () => Batch, send: (batch: Batch) => unknown): BatchQueue {
  let batch: Batch | undefined;
  let isScheduled = false;
  const flush = () => {
    const gathered = batch;
    batch = undefined;
    if (gathered !== undefined) send(gathered);
  };
  const endTurn = () => {
    isScheduled = false;
    flush();
  };
  return {
    add(asking) {
      batch ??= begin();
      batch.add(asking);
      if (batch.isFull) flush();
      else if (!isScheduled) {
        isScheduled = true;
        setImmediate(endTurn);
      }
    },
  };
}
