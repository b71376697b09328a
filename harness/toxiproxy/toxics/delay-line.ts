import type { Way } from "./toxic.ts";

/** A longer timer would fire at once. */
const longestTimerMs = 2_147_483_647;

interface Held {
  /** `null` is the end of the stream. */
  readonly bytes: Buffer | null;
  readonly receivedMs: number;
  dueMs: number;
}

/** Holds chunks back until they are due, in order and never early; what most toxics are made of. */
export interface DelayLine {
  readonly size: number;
  /** Due at `dueMs`, but not before what was pushed before. */
  push(bytes: Buffer, receivedMs: number, dueMs: number): void;
  end(dueMs: number): void;
  /** Gives what is held other times, in order; the first one goes at once. */
  retime(dueMsOf: (receivedMs: number) => number): void;
  /** Passes everything on, now. */
  release(): void;
  /** Forgets everything. */
  discard(): void;
}

/** A line into `way`; `onSent` is told after each turn that passed something on. */
export function delayLine(way: Way, onSent: () => void = () => {}): DelayLine {
  const held: Held[] = [];
  let cancel: (() => void) | null = null;

  const stop = () => {
    cancel?.();
    cancel = null;
  };
  const pass = ({ bytes, receivedMs }: Held) => {
    if (bytes === null) way.end();
    else way.chunk(bytes, receivedMs);
  };
  const arm = () => {
    const first = held[0];
    if (cancel !== null || first === undefined || first.dueMs === Number.POSITIVE_INFINITY) return;
    const waitMs = first.dueMs - performance.now();
    if (waitMs > 0) {
      const timer = setTimeout(turn, Math.min(Math.ceil(waitMs), longestTimerMs));
      cancel = () => clearTimeout(timer);
    } else {
      // One turn each, even without delay: two writes in one turn would leave as one.
      const soon = setImmediate(turn);
      cancel = () => clearImmediate(soon);
    }
  };
  const turn = () => {
    cancel = null;
    const first = held[0];
    if (first !== undefined && first.dueMs <= performance.now()) {
      held.shift();
      pass(first);
      onSent();
    }
    arm();
  };
  const add = (one: Held) => {
    held.push({ ...one, dueMs: Math.max(one.dueMs, held.at(-1)?.dueMs ?? 0) });
    arm();
  };
  return {
    get size() {
      return held.length;
    },
    push: (bytes, receivedMs, dueMs) => add({ bytes, receivedMs, dueMs }),
    end: (dueMs) => add({ bytes: null, receivedMs: 0, dueMs }),
    retime(dueMsOf) {
      stop();
      let lastMs = performance.now();
      for (const [index, one] of held.entries()) {
        if (index > 0 && one.bytes !== null) lastMs = Math.max(lastMs, dueMsOf(one.receivedMs));
        one.dueMs = lastMs;
      }
      arm();
    },
    release() {
      stop();
      for (const one of held.splice(0)) pass(one);
      onSent();
    },
    discard() {
      stop();
      held.length = 0;
    },
  };
}
