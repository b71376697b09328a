import type { Asking, Batch } from "./batch.ts";

/** Gathers what is asked. */
export interface BatchQueue {
  readonly add: (asking: Asking) => void;
}

/**
 * Sends together what is asked in one turn of the event loop: at its end, or as soon as a batch is full. While nothing
 * is under way it does not wait for other sockets' callbacks, only for the code that runs: who asks alone goes at once.
 * `send` is given what to call when nothing is under way for the batch any more, before anybody is answered: whoever
 * asks again thereupon is alone.
 */
export function batchQueue(
  begin: () => Batch,
  send: (batch: Batch, arrived: () => void) => void,
): BatchQueue {
  let batch: Batch | undefined;
  let isScheduled = false;
  let underWay = 0;
  const arrived = () => {
    underWay--;
  };
  const flush = () => {
    const gathered = batch;
    batch = undefined;
    if (gathered === undefined) return;
    underWay++;
    send(gathered, arrived);
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
        if (underWay === 0) process.nextTick(endTurn);
        else setImmediate(endTurn);
      }
    },
  };
}
