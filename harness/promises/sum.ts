import type { Promised } from "../../limiter/promised.ts";
import type { PromiseKind } from "./promise.ts";

/**
 * Independent limiters of which each request meets one: at most what their curves add up to, and a denial is wrong
 * only if it is wrong for every one of them, for any may have decided it and met all that was consumed.
 */
export function sumPromise(
  { parts }: Extract<Promised, { kind: "sum" }>,
  promiseOf: (promised: Promised) => PromiseKind,
): PromiseKind {
  const upper = promiseOf(addedUp(parts, promiseOf));
  const lower = [...tally(parts).values()].map(({ part }) => promiseOf(part));
  const within = lower.flatMap((part) => (part.possibleWithin === undefined ? [] : [part.possibleWithin]));
  let spare = new Float64Array(0);
  return {
    capacity: lower.reduce((least, { capacity }) => Math.min(least, capacity), Number.POSITIVE_INFINITY),
    memoryMs: lower.reduce((longest, { memoryMs }) => Math.max(longest, memoryMs), 0),
    line: upper.line,
    several: (count) => ({ kind: "sum", parts: Array.from({ length: count }, () => parts).flat() }),
    curve: upper.curve,
    slidesMs: lower.length === 1 ? (lower[0]?.slidesMs ?? 0) : 0,
    // Of different parts nobody knows which gave it back.
    leavesBehind: (cost, ...when) =>
      lower.length === 1 ? (lower[0]?.leavesBehind(cost, ...when) ?? cost) : cost,
    judgeSpans: upper.judgeSpans,
    possibleExcess(consumed, terms, atMs, count, out) {
      if (spare.length < count) spare = new Float64Array(atMs.length);
      out.fill(Number.NEGATIVE_INFINITY, 0, count);
      for (const part of lower) {
        part.possibleExcess(consumed, terms, atMs, count, spare);
        for (let k = 0; k < count; k++) out[k] = Math.max(out[k] ?? 0, spare[k] ?? 0);
      }
    },
    ...(within.length > 0 && {
      possibleWithin: (consumed, terms) => {
        const all = within.map((one) => one(consumed, terms));
        return (...when) => Math.max(...all.map((one) => one(...when)));
      },
    }),
  };
}

/** One promise that is kept if all `parts` are: equal ones exactly, different ones by straight lines. */
function addedUp(parts: readonly Promised[], promiseOf: (promised: Promised) => PromiseKind): Promised {
  const tallied = [...tally(parts).values()];
  const [only] = tallied;
  if (only === undefined) return { kind: "none" };
  if (tallied.length === 1) return promiseOf(only.part).several(only.count);
  let burst = 0;
  let ratePerMs = 0;
  for (const { part, count } of tallied) {
    const { line } = promiseOf(part);
    burst += count * line.burst;
    ratePerMs += count * line.ratePerMs;
  }
  return burst === Number.POSITIVE_INFINITY
    ? { kind: "none" }
    : { kind: "rate", burst, limit: ratePerMs, windowMs: 1 };
}

/** How often each different part occurs, sums within sums included. */
function tally(parts: readonly Promised[]): Map<string, { readonly part: Promised; count: number }> {
  const tallied = new Map<string, { readonly part: Promised; count: number }>();
  for (const part of flat(parts)) {
    const name = JSON.stringify(part);
    const known = tallied.get(name);
    if (known === undefined) tallied.set(name, { part, count: 1 });
    else known.count++;
  }
  return tallied;
}

function flat(parts: readonly Promised[]): Promised[] {
  return parts.flatMap((part) => (part.kind === "sum" ? flat(part.parts) : [part]));
}
