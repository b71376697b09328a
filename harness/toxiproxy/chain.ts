import { type Chance, coinOf, randomOf, type ToxicEntry } from "./toxic-entry.ts";
import type { ByteToxic, Stage, ToxicWay, Way } from "./toxics/toxic.ts";

/** What a chain leads to, and what its toxics can do to the connection. */
export interface ChainOptions {
  readonly exit: Way;
  readonly reset: () => void;
  /** Told when there may be room again. */
  readonly room: () => void;
  readonly chance: Chance;
}

/** The toxics of one direction of one connection, in the order in which they were made. Nothing here ever waits. */
export interface Chain {
  readonly isEmpty: boolean;
  /** The beginning. */
  readonly entrance: Way;
  isFull(): boolean;
  /** Puts one at the end. */
  add(entry: ToxicEntry<ByteToxic>): void;
  /** Its values have changed; its coin is tossed again. */
  update(entry: ToxicEntry): void;
  remove(entry: ToxicEntry): void;
  /** The connection has gone. */
  discard(): void;
}

/** An empty chain. */
export function chainOf({ exit, reset, room, chance }: ChainOptions): Chain {
  const slots: Slot[] = [];
  const entrance: Way = {
    chunk: (bytes, receivedMs) => (slots[0]?.entrance ?? exit).chunk(bytes, receivedMs),
    end: () => (slots[0]?.entrance ?? exit).end(),
  };
  const after = (slot: Slot): Way => slots[slots.indexOf(slot) + 1]?.entrance ?? exit;
  const find = (entry: ToxicEntry) => slots.find((slot) => slot.entry === entry);
  return {
    entrance,
    get isEmpty() {
      return slots.length === 0;
    },
    isFull: () => slots.some(({ isFull }) => isFull()),
    add: (entry) => {
      slots.push(slotOf(entry, { after, reset, room, chance }));
    },
    update: (entry) => find(entry)?.update(),
    remove(entry) {
      const slot = find(entry);
      if (slot === undefined) return;
      slot.release();
      // One that has ended the stream stays, so that nothing follows the end.
      if (!slot.hasEnded()) slots.splice(slots.indexOf(slot), 1);
      room();
    },
    discard() {
      for (const slot of slots) slot.discard();
    },
  };
}

/** The place of one toxic in a chain; where its coin said no, bytes pass by. */
interface Slot {
  readonly entry: ToxicEntry;
  readonly entrance: Way;
  hasEnded(): boolean;
  isFull(): boolean;
  update(): void;
  release(): void;
  discard(): void;
}

interface SlotOptions extends Omit<ChainOptions, "exit"> {
  readonly after: (slot: Slot) => Way;
}

function slotOf(entry: ToxicEntry<ByteToxic>, { after, reset, room, chance }: SlotOptions): Slot {
  const coin = coinOf(entry, chance);
  let stage: Stage | null = null;
  let isActive = false;
  let ended = false;
  const way: ToxicWay = {
    chunk: (bytes, receivedMs) => after(slot).chunk(bytes, receivedMs),
    end() {
      if (!ended) {
        ended = true;
        after(slot).end();
      }
    },
    reset,
    room,
    random: randomOf(entry, chance, "values"),
  };
  const toss = () => {
    const wasActive = isActive;
    isActive = coin();
    if (isActive && stage === null) stage = entry.toxic.stage(entry.values, way);
    else if (isActive) stage?.updated?.();
    else if (wasActive) stage?.release();
  };
  const slot: Slot = {
    entry,
    entrance: {
      chunk(bytes, receivedMs) {
        if (!ended) (isActive && stage !== null ? stage : way).chunk(bytes, receivedMs);
      },
      end: () => (isActive && stage !== null ? stage : way).end(),
    },
    hasEnded: () => ended,
    isFull: () => isActive && !ended && (stage?.isFull?.() ?? false),
    update: toss,
    release() {
      if (isActive) stage?.release();
      isActive = false;
    },
    discard: () => stage?.discard(),
  };
  toss();
  return slot;
}
