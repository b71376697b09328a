import { setTimeout as sleep } from "node:timers/promises";

const turns = new WeakMap<object, Promise<unknown>>();

/** However long the one before takes, after this the next one has its turn all the same. */
const patienceMs = 10_000;

/** Resolves when nobody else has a turn at `thing`, with the end of one's own turn; ending it twice does no harm. */
export async function takeTurn(thing: object): Promise<() => void> {
  const before = turns.get(thing);
  const mine = Promise.withResolvers<void>();
  turns.set(thing, mine.promise);
  if (before !== undefined) await Promise.race([before, sleep(patienceMs, undefined, { ref: false })]);
  return mine.resolve;
}
