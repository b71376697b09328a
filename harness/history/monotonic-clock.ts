/**
 * The one clock: milliseconds of CLOCK_MONOTONIC, as `process.hrtime` gives it, so the same epoch in every process
 * of a machine. Cheap enough for hot paths: `performance.now()` and a constant that this thread measured once.
 */
export function monotonicMs(): number {
  return performance.now() + offsetMs;
}

/** `process.hrtime` minus `performance.now()` in milliseconds, from the tightest of `readings` bracketed ones. */
export function measureOffsetMs(readings = 100): number {
  let tightestMs = Number.POSITIVE_INFINITY;
  let measuredMs = 0;
  for (let i = 0; i < readings; i++) {
    const beforeMs = performance.now();
    const [seconds, nanoseconds] = process.hrtime();
    const afterMs = performance.now();
    if (afterMs - beforeMs < tightestMs) {
      tightestMs = afterMs - beforeMs;
      measuredMs = seconds * 1000 + nanoseconds / 1e6 - (beforeMs + afterMs) / 2;
    }
  }
  return measuredMs;
}

const offsetMs = measureOffsetMs();
