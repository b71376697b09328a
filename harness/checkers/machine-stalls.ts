import { type History, slowCallMs } from "../history/history.ts";
import { outcomeCode } from "../history/requests.ts";
import { unplannedSlowCalls } from "./slow-calls.ts";

/** The moments at which the machine itself was slow: what happened near one, no limiter can be blamed for. */
export interface MachineStalls {
  /** Whether the machine was slow somewhere in [fromMs, untilMs], or shortly before or after. */
  readonly near: (fromMs: number, untilMs: number) => boolean;
  /** The stalls with their shadows in [fromMs, untilMs]: how many, and how long in all, in milliseconds. */
  readonly within: (fromMs: number, untilMs: number) => { readonly count: number; readonly totalMs: number };
}

/** A send or a control that takes longer than this, in milliseconds, shows a stall. */
const slowMs = 10;

/** So long before and after a stall its effects are seen: twice a usual deadline. */
const shadowMs = 100;

/**
 * Finds the moments at which a request was sent late, a control past the limiter was answered late, or the harness's
 * own call to Redis was, unless a planned fault of Redis explains it. A time in which nothing of that kind was under
 * way shows nothing.
 */
export function machineStalls(history: History): MachineStalls {
  const { requests } = history;
  const stalls: (readonly [number, number])[] = unplannedSlowCalls(history)
    .filter(({ fromMs, untilMs }) => untilMs - fromMs > Math.max(slowCallMs, slowMs))
    .map(({ fromMs, untilMs }) => [fromMs - shadowMs, untilMs + shadowMs] as const);
  for (let row = 0; row < requests.count; row++) {
    const intended = requests.intendedMs[row] ?? 0;
    const control = requests.outcome[row] === outcomeCode.control;
    const shown = (control ? requests.receivedMs[row] : requests.sentMs[row]) ?? Number.NaN;
    if (shown - intended > slowMs) stalls.push([intended - shadowMs, shown + shadowMs]);
  }
  const merged = mergedSpans(stalls);
  return {
    near: (fromMs, untilMs) => touches(merged, fromMs, untilMs),
    within(fromMs, untilMs) {
      const inside = merged.filter(([from, until]) => until >= fromMs && from <= untilMs);
      const totalMs = inside.reduce(
        (sum, [from, until]) => sum + Math.min(until, untilMs) - Math.max(from, fromMs),
        0,
      );
      return { count: inside.length, totalMs };
    },
  };
}

function mergedSpans(spans: (readonly [number, number])[]): [number, number][] {
  spans.sort((a, b) => a[0] - b[0]);
  const merged: [number, number][] = [];
  for (const [from, until] of spans) {
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], until);
    else merged.push([from, until]);
  }
  return merged;
}

/** The first span that ends at or after `fromMs` decides. */
function touches(spans: readonly [number, number][], fromMs: number, untilMs: number): boolean {
  let low = 0;
  let high = spans.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((spans[middle]?.[1] ?? 0) < fromMs) low = middle + 1;
    else high = middle;
  }
  return (spans[low]?.[0] ?? Number.POSITIVE_INFINITY) <= untilMs;
}
