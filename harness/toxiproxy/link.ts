import type { Socket } from "node:net";
import { type Chain, chainOf } from "./chain.ts";
import type { Chance } from "./toxic-entry.ts";

/** One direction of a connection. */
export interface LinkOptions {
  readonly source: Socket;
  readonly destination: Socket;
  readonly chance: Chance;
  /** RST on both sides. */
  readonly reset: () => void;
  /** Gets what comes from the source; it goes on by `enter`. @default it enters */
  readonly atEntry?: (bytes: Buffer) => void;
  /** Gets what has passed the chain; it goes on by `write`. @default it is written */
  readonly atExit?: (bytes: Buffer) => void;
}

/** Carries bytes through a chain of toxics to another socket, with back-pressure; without toxics it is a pipe. */
export interface Link {
  readonly chain: Chain;
  /** Begins to read. */
  start(): void;
  enter(bytes: Buffer): void;
  write(bytes: Buffer): void;
}

/** A link between two connected sockets. The end of one side closes the other: nothing stays half open. */
export function linkOf({ source, destination, chance, reset, ...hooks }: LinkOptions): Link {
  const write = (bytes: Buffer) => {
    if (destination.writable && !destination.write(bytes)) source.pause();
  };
  const { atExit = write } = hooks;
  const regulate = () => {
    if (destination.writableNeedDrain || chain.isFull()) source.pause();
    else if (source.isPaused()) source.resume();
  };
  const chain = chainOf({
    exit: { chunk: atExit, end: () => destination.destroySoon() },
    reset,
    room: regulate,
    chance,
  });
  const enter = (bytes: Buffer) => {
    if (chain.isEmpty) return atExit(bytes);
    chain.entrance.chunk(bytes, performance.now());
    if (chain.isFull()) source.pause();
  };
  let hasEnded = false;
  const end = () => {
    if (!hasEnded) chain.entrance.end();
    hasEnded = true;
  };
  return {
    chain,
    enter,
    write,
    start() {
      destination.on("drain", regulate);
      source
        .on("data", hooks.atEntry ?? enter)
        .once("end", end)
        .once("close", end)
        .resume();
    },
  };
}
