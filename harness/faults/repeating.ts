import { setTimeout as sleep } from "node:timers/promises";

/** Something that is done again and again. Disposing ends it, and resolves when the last time is over. */
export interface Repeating extends AsyncDisposable {
  /** How often it was done to the end. */
  readonly times: () => number;
}

/** Does `work` every `everyMs` from start to start, beginning now; one that takes longer is not overtaken, one that fails is not counted. */
export function repeating(work: () => Promise<unknown>, everyMs: number): Repeating {
  const stop = new AbortController();
  let times = 0;
  const ended = (async () => {
    while (!stop.signal.aborted) {
      const beganMs = performance.now();
      try {
        await work();
        times++;
      } catch {
        // Redis is gone for the moment, say: whether it was done at all is seen from outside.
      }
      const restMs = Math.max(1, beganMs + everyMs - performance.now());
      await sleep(restMs, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  return {
    times: () => times,
    [Symbol.asyncDispose]() {
      stop.abort();
      return ended;
    },
  };
}
