import type { Asking, Batch } from "../batch.ts";

/** Gathers what is asked, by slot. */
export interface SlotQueue {
  readonly add: (slot: number, asking: Asking) => void;
}

/**
 * Sends together what is asked in one turn of the event loop, a batch for each slot, as `batchQueue` does for one Redis;
 * what goes to one node is written to its socket together.
 */
export function slotQueue(
  begin: (slot: number, asking: Asking) => Batch,
  send: (slot: number, batch: Batch, arrived: () => void) => void,
): SlotQueue {
  let batches = new Map<number, Batch>();
  let isScheduled = false;
  let underWay = 0;
  const arrived = () => {
    underWay--;
  };
  const flush = (batch: Batch, slot: number) => {
    underWay++;
    send(slot, batch, arrived);
  };
  const endTurn = () => {
    isScheduled = false;
    const gathered = batches;
    batches = new Map();
    gathered.forEach(flush);
  };
  return {
    add(slot, asking) {
      const batch = batches.get(slot) ?? begin(slot, asking);
      batches.set(slot, batch);
      batch.add(asking);
      if (batch.isFull) {
        batches.delete(slot);
        flush(batch, slot);
      } else if (!isScheduled) {
        isScheduled = true;
        if (underWay === 0) process.nextTick(endTurn);
        else setImmediate(endTurn);
      }
    },
  };
}
