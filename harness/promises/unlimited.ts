import type { PromiseKind } from "./promise.ts";

/** Everything may be admitted, so no span says anything; and nothing may ever be denied. */
export function unlimitedPromise(): PromiseKind {
  return {
    capacity: Number.POSITIVE_INFINITY,
    memoryMs: 0,
    line: { burst: Number.POSITIVE_INFINITY, ratePerMs: 0 },
    several: () => ({ kind: "unlimited" }),
    curve: () => Number.POSITIVE_INFINITY,
    slidesMs: 0,
    leavesBehind: () => 0,
    judgeSpans: () => undefined,
    possibleExcess: (_consumed, _terms, _atMs, count, out) => {
      out.fill(Number.NEGATIVE_INFINITY, 0, count);
    },
  };
}
