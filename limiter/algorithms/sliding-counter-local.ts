import type { Policy } from "../policy.ts";
import { type LocalState, localState } from "./local-state.ts";

/** One key of `slidingCounter` in memory: a window, its count, and the count of the window before. */
export function slidingCounterLocal(first: Policy): LocalState {
  let limit = first.limit;
  let windowUs = first.windowMs * 1_000;
  let held: Counters = { startUs: 0, lengthUs: windowUs, count: 0, previous: 0 };

  const startOf = (nowUs: number): number => nowUs - (nowUs % windowUs);

  /** What is counted at `nowUs`. Kept only if it differs by more than the time that has passed. */
  function at(nowUs: number): Counters {
    const { lengthUs, ...then } = held;
    const passed = Math.floor((nowUs - then.startUs) / lengthUs);
    if (passed > 1) return { startUs: startOf(nowUs), lengthUs: windowUs, count: 0, previous: 0 };
    const now = passed === 1 ? { startUs: then.startUs + lengthUs, count: 0, previous: then.count } : then;
    if (lengthUs !== windowUs) {
      const used = usedOf({ ...now, lengthUs }, nowUs);
      const moved = { startUs: startOf(nowUs), lengthUs: windowUs, count: used, previous: 0 };
      if (used > 0) held = moved;
      return moved;
    }
    const latestUs = startOf(nowUs) + windowUs;
    if (now.startUs <= latestUs) return { ...now, lengthUs };
    held = { ...now, lengthUs, startUs: latestUs };
    return held;
  }

  function waitUs(nowUs: number, cost: number): number {
    const room = limit - cost;
    if (room < 0) return -1;
    const counters = at(nowUs);
    const { startUs, count, previous } = counters;
    if (usedOf(counters, nowUs) <= room) return 0;
    return count <= room
      ? startUs + windowUs - ratio(room - count, windowUs, previous) - nowUs
      : startUs + 2 * windowUs - ratio(room, windowUs, count) - nowUs;
  }

  return localState({
    waitUs,
    admit(nowUs, cost) {
      const counters = at(nowUs);
      held = { ...counters, count: counters.count + cost };
    },
    quota(nowUs) {
      const used = usedOf(at(nowUs), nowUs);
      const remaining = Math.max(0, limit - used);
      return { remaining, resetUs: used === 0 ? 0 : waitUs(nowUs, remaining + 1) };
    },
    refund(nowUs, cost, ageUs) {
      const counters = at(nowUs);
      const { startUs } = counters;
      const stampUs = ageUs < 0 ? startUs - 1 : nowUs - ageUs;
      const most = stampUs < startUs - windowUs ? 0 : cost;
      const fromPrevious = stampUs < startUs ? Math.min(most, counters.previous) : 0;
      const fromCount = Math.min(most - fromPrevious, counters.count);
      if (fromPrevious + fromCount > 0) held = less(counters, fromCount, fromPrevious);
      return fromPrevious + fromCount;
    },
    merge(nowUs, entries) {
      const { startUs, lengthUs, ...counts } = at(nowUs);
      let added = 0;
      for (const { ageUs, cost } of entries) {
        const stampUs = nowUs - ageUs;
        const counter = stampUs >= startUs ? "count" : "previous";
        if (stampUs < startUs - windowUs || counts[counter] + cost > LARGEST_COUNT) continue;
        counts[counter] += cost;
        added += cost;
      }
      if (added > 0) held = { startUs, lengthUs, ...counts };
      return added;
    },
    follow(policy) {
      limit = policy.limit;
      windowUs = policy.windowMs * 1_000;
    },
    entries: () => Math.min(1, held.count) + Math.min(1, held.previous),
  });
}

/** What the Lua can count. */
const LARGEST_COUNT = 2 ** 51 - 1;

interface Counters {
  readonly startUs: number;
  readonly lengthUs: number;
  readonly count: number;
  readonly previous: number;
}

/** The count, and what the previous one weighs, rounded up. */
function usedOf({ startUs, lengthUs, count, previous }: Counters, nowUs: number): number {
  return count + previous - ratio(previous, Math.max(0, nowUs - startUs), lengthUs);
}

/** floor(x * y / divisor), exact also where the product is not. */
function ratio(x: number, y: number, divisor: number): number {
  if (x * y <= Number.MAX_SAFE_INTEGER) return Math.floor((x * y) / divisor);
  return Number((BigInt(x) * BigInt(y)) / BigInt(divisor));
}

function less(counters: Counters, fromCount: number, fromPrevious: number): Counters {
  const [count, previous] = [counters.count - fromCount, counters.previous - fromPrevious];
  return { ...counters, count, previous, startUs: count + previous === 0 ? 0 : counters.startUs };
}
