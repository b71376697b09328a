import { setTimeout as sleep } from "node:timers/promises";

const turns = new WeakMap<object, Promise<unknown>>();

/** However long the one before takes, after this the next one has its turn all the same. */
const patienceMs = 10_000;

/**
 * Resolves when nobody else has a turn at any of `things`, with the end of one's own turn; ending it twice does no harm.
 * Whoever takes turns at several of the same things has to name them in the same order.
 */
export async function takeTurn(...things: readonly object[]): Promise<() => void> {
  const mine = Promise.withResolvers<void>();
  for (const thing of things) {
    const before = turns.get(thing);
    turns.set(thing, mine.promise);
    if (before !== undefined) await Promise.race([before, sleep(patienceMs, undefined, { ref: false })]);
  }
  return mine.resolve;
}
