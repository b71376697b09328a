import type { Policy } from "../policy.ts";
import { type LocalState, localState } from "./local-state.ts";

/** One key of `fixedWindow` in memory: the end of a window and its count. */
export function fixedWindowLocal(first: Policy): LocalState {
  let limit = first.limit;
  let windowUs = first.windowMs * 1_000;
  let endUs = 0;
  let count = 0;

  const endOf = (nowUs: number): number => nowUs - (nowUs % windowUs) + windowUs;

  /** Count of the window that holds at `nowUs`. */
  function countAt(nowUs: number): number {
    if (endUs <= nowUs) return 0;
    endUs = Math.min(endUs, endOf(nowUs) + windowUs);
    return count;
  }

  return localState({
    waitUs(nowUs, cost) {
      if (cost > limit) return -1;
      return countAt(nowUs) + cost > limit ? endUs - nowUs : 0;
    },
    admit(nowUs, cost) {
      count = countAt(nowUs) + cost;
      endUs = Math.max(endUs, endOf(nowUs));
    },
    quota(nowUs) {
      const used = countAt(nowUs);
      return { remaining: Math.max(0, limit - used), resetUs: used === 0 ? 0 : endUs - nowUs };
    },
    refund(nowUs, cost, ageUs) {
      const isPast = ageUs >= 0 && nowUs - ageUs < endOf(nowUs) - windowUs;
      const back = isPast ? 0 : Math.min(cost, countAt(nowUs));
      if (back > 0) count -= back;
      if (count === 0) endUs = 0;
      return back;
    },
    merge(nowUs, entries) {
      const before = countAt(nowUs);
      let added = 0;
      for (const { ageUs, cost } of entries) {
        const isPast = nowUs - ageUs < endOf(nowUs) - windowUs;
        if (!isPast && before + added + cost <= LARGEST_COUNT) added += cost;
      }
      if (added === 0) return 0;
      count = before + added;
      endUs = Math.max(endUs, endOf(nowUs));
      return added;
    },
    follow(policy) {
      limit = policy.limit;
      windowUs = policy.windowMs * 1_000;
    },
    entries: () => Math.min(1, count),
  });
}

/** What the Lua can count. */
const LARGEST_COUNT = 2 ** 51 - 1;
