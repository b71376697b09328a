import type { Happening, VirtualTime } from "./virtual-time.ts";

/** What a limiter that lives in simulated time is told of it. */
export interface TakenTime extends Disposable {
  /** Whatever runs from here on runs in `replica`, whose wall clock is its own. */
  readonly within: (replica: number) => void;
}

/** The wall clock of a replica at an instant of the simulation, in milliseconds since 1970. */
export type WallClock = (replica: number, nowMs: number) => number;

/**
 * From here until it is disposed of, `performance.now`, `Date.now` and the timers of this process are those of `time`:
 * what runs in it unchanged lives in simulated time. What has a turn of the event loop still has it, without time
 * passing. One at a time.
 */
export function takeTime(time: VirtualTime, wallClock: WallClock): TakenTime {
  let current = 0;
  const inReplica = (replica: number, run: () => void) => (): void => {
    current = replica;
    run();
  };
  const later = (delayMs: number, run: () => void): Happening =>
    time.at(time.nowMs + Math.max(1, Number.isFinite(delayMs) ? delayMs : 1), inReplica(current, run));
  const setTimeout = (run: (...given: unknown[]) => void, delayMs = 1, ...given: unknown[]): VirtualTimer => {
    const timer: VirtualTimer = new VirtualTimer();
    timer.next = later(delayMs, () => run(...given));
    return timer;
  };
  const setInterval = (
    run: (...given: unknown[]) => void,
    delayMs = 1,
    ...given: unknown[]
  ): VirtualTimer => {
    const timer: VirtualTimer = new VirtualTimer();
    const again = (): void => {
      timer.next = later(delayMs, () => {
        again();
        run(...given);
      });
    };
    again();
    return timer;
  };
  const clear = (timer: unknown): void => {
    if (timer instanceof VirtualTimer) timer.end();
  };
  const undo = [
    replace(performance, "now", () => time.nowMs),
    replace(Date, "now", () => Math.floor(wallClock(current, time.nowMs))),
    replace(globalThis, "setTimeout", setTimeout),
    replace(globalThis, "setInterval", setInterval),
    replace(globalThis, "clearTimeout", clear),
    replace(globalThis, "clearInterval", clear),
  ];
  return {
    within(replica) {
      current = replica;
    },
    [Symbol.dispose]() {
      for (const restore of undo) restore();
    },
  };
}

/** As much of a timer of Node as is used of one. */
class VirtualTimer implements Disposable {
  next: Happening | undefined;

  end(): void {
    if (this.next !== undefined) this.next.isOff = true;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  [Symbol.dispose](): void {
    this.end();
  }
}

function replace(target: object, name: string, value: unknown): () => void {
  const before = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { value, configurable: true, writable: true });
  return () => {
    if (before === undefined) Reflect.deleteProperty(target, name);
    else Object.defineProperty(target, name, before);
  };
}
