import type { PromiseKind } from "./promise.ts";

/** Nothing is promised: everything may be admitted, everything may be denied. */
export function nonePromise(): PromiseKind {
  return {
    capacity: Number.POSITIVE_INFINITY,
    memoryMs: 0,
    line: { burst: Number.POSITIVE_INFINITY, ratePerMs: 0 },
    several: () => ({ kind: "none" }),
    curve: () => Number.POSITIVE_INFINITY,
    slidesMs: 0,
    leavesBehind: () => 0,
    judgeSpans: () => undefined,
    possibleExcess: (_consumed, _terms, _atMs, count, out) => {
      out.fill(Number.POSITIVE_INFINITY, 0, count);
    },
  };
}
