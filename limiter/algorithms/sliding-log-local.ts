import type { Policy } from "../policy.ts";
import { type LocalState, localState } from "./local-state.ts";

/** One key of `slidingLog` in memory: what was admitted, an entry for each microsecond, so at most `limit` of them. */
export function slidingLogLocal(first: Policy): LocalState {
  let limit = first.limit;
  let windowUs = first.windowMs * 1_000;
  let entries: Entry[] = [];
  let offsetUs = 0;

  /** What is live at `nowUs`, and the key's own clock, which goes on from its newest entry when time steps back. */
  function at(nowUs: number): { readonly live: Entry[]; readonly used: number; readonly keyUs: number } {
    offsetUs = Math.max(offsetUs, (entries.at(-1)?.atUs ?? 0) - nowUs);
    const keyUs = nowUs + offsetUs;
    const live = entries.filter(({ atUs }) => atUs > keyUs - windowUs);
    return live.length === 0 ? { live, used: 0, keyUs: nowUs } : { live, used: costOf(live), keyUs };
  }

  /** Microseconds until `cost` of what is live has left the window. */
  function untilFreed(nowUs: number, cost: number): number {
    const { live, keyUs } = at(nowUs);
    let freed = 0;
    for (const entry of live) {
      freed += entry.cost;
      if (freed >= cost) return entry.atUs + windowUs - keyUs;
    }
    throw new RangeError(`${cost} of cost is more than the ${freed} that the window holds.`);
  }

  return localState({
    waitUs(nowUs, cost) {
      if (cost > limit) return -1;
      const excess = at(nowUs).used + cost - limit;
      return excess > 0 ? untilFreed(nowUs, excess) : 0;
    },
    admit(nowUs, cost) {
      const { live, keyUs } = at(nowUs);
      if (live.length === 0) offsetUs = 0;
      const newest = live.at(-1);
      if (newest?.atUs === keyUs) newest.cost += cost;
      else live.push({ atUs: keyUs, cost });
      entries = live;
    },
    quota(nowUs) {
      const { used } = at(nowUs);
      if (used === 0) return { remaining: limit, resetUs: 0 };
      return {
        remaining: Math.max(0, limit - used),
        resetUs: untilFreed(nowUs, Math.max(1, used + 1 - limit)),
      };
    },
    refund(nowUs, cost, ageUs) {
      const { live, used, keyUs } = at(nowUs);
      const sinceUs = ageUs < 0 ? 0 : keyUs - ageUs;
      let left = ageUs < windowUs ? cost : 0;
      const asked = left;
      for (const entry of live) {
        if (entry.atUs < sinceUs) continue;
        const taken = Math.min(left, entry.cost);
        left -= taken;
        entry.cost -= taken;
      }
      if (left === asked) return 0;
      entries = live.filter((entry) => entry.cost > 0);
      if (asked - left === used) offsetUs = 0;
      return asked - left;
    },
    merge(nowUs, aged) {
      const { live, used, keyUs } = at(nowUs);
      const recent = aged.filter(({ ageUs }) => ageUs < windowUs);
      for (const { ageUs, cost } of recent) insert(live, { atUs: keyUs - ageUs, cost });
      if (recent.length === 0) return 0;
      if (used === 0) offsetUs = 0;
      entries = live;
      return costOf(live) - used;
    },
    follow(policy) {
      limit = policy.limit;
      windowUs = policy.windowMs * 1_000;
    },
    entries: () => entries.length,
  });
}

/** What the Lua can hold. */
const LARGEST_SUM = 0xffff_ffff;

interface Entry {
  readonly atUs: number;
  cost: number;
}

/** Keeps one entry a microsecond, in their order; what the Lua cannot hold is left out. */
function insert(entries: Entry[], { atUs, cost }: Entry): void {
  const entry = { atUs, cost: Math.min(cost, LARGEST_SUM - costOf(entries)) };
  if (entry.cost === 0) return;
  const index = entries.findIndex((one) => one.atUs >= atUs);
  const there = entries[index];
  if (there?.atUs === atUs) there.cost += entry.cost;
  else entries.splice(index < 0 ? entries.length : index, 0, entry);
}

function costOf(entries: readonly Entry[]): number {
  return entries.reduce((sum, { cost }) => sum + cost, 0);
}
