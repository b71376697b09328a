import { oldestFirst } from "../fallback/cost-cells.ts";
import type { Policy } from "../policy.ts";
import { burstOf, rateOf } from "./gcra-rate.ts";
import { type LocalState, localState } from "./local-state.ts";

/** One key of `gcra` in memory: a debt, when it was that, and the unit that it is counted in. */
export function gcraLocal(first: Policy): LocalState {
  let burst = burstOf(first);
  let { leak, unit } = rateOf(first);
  let held = { debt: 0, stampUs: 0, unit };

  /** The debt as of a stamp, which is not after `nowUs`: it may be beyond this bucket, if it was made under other limits. */
  function asOf(nowUs: number): { readonly debt: number; readonly stampUs: number } {
    if (held.debt === 0) return { debt: 0, stampUs: 0 };
    if (nowUs < held.stampUs) held = { ...held, stampUs: nowUs };
    const debt = held.unit === unit ? held.debt : Math.ceil((held.debt / held.unit) * unit);
    return { debt, stampUs: held.stampUs };
  }

  /** Debt that is beyond 53 bits is counted in a coarser unit. */
  function hold(debt: number, stampUs: number): void {
    if (debt <= Number.MAX_SAFE_INTEGER) {
      held = { debt, stampUs, unit };
      return;
    }
    const counted = Math.max(1, Math.floor((Number.MAX_SAFE_INTEGER / debt) * unit));
    const coarse = Math.min(Number.MAX_SAFE_INTEGER, Math.ceil((debt / unit) * counted));
    held = { debt: coarse, stampUs, unit: counted };
  }

  /** What a bucket of this size has of the debt. */
  function debtAt(nowUs: number): number {
    const { debt, stampUs } = asOf(nowUs);
    return Math.max(0, Math.min(debt, burst * unit) - (nowUs - stampUs) * leak);
  }

  /** All of it, which goes on counting for larger buckets. */
  function allAt(nowUs: number): number {
    const { debt, stampUs } = asOf(nowUs);
    return Math.max(0, debt - (nowUs - stampUs) * leak);
  }

  return localState({
    waitUs(nowUs, cost) {
      if (cost > burst) return -1;
      const excess = debtAt(nowUs) - (burst - cost) * unit;
      return excess > 0 ? Math.ceil(excess / leak) : 0;
    },
    admit(nowUs, cost) {
      hold(allAt(nowUs) + cost * unit, nowUs);
    },
    quota(nowUs) {
      const debt = debtAt(nowUs);
      if (debt === 0) return { remaining: burst, resetUs: 0 };
      const remaining = Math.max(0, Math.floor((burst * unit - debt) / unit));
      return { remaining, resetUs: Math.ceil((debt - (burst - remaining - 1) * unit) / leak) };
    },
    refund(nowUs, cost, ageUs) {
      const debt = allAt(nowUs);
      const back = Math.min(debt, Math.min(cost, burst) * unit - Math.max(0, ageUs) * leak);
      if (back <= 0) return 0;
      hold(debt - back, nowUs);
      return Math.floor(back / unit);
    },
    merge(nowUs, entries) {
      const before = allAt(nowUs);
      let { debt, stampUs } = asOf(nowUs);
      for (const { ageUs, cost } of entries.toSorted(oldestFirst)) {
        const atUs = Math.max(stampUs, nowUs - ageUs);
        debt = Math.max(0, debt - (atUs - stampUs) * leak) + cost * unit;
        stampUs = atUs;
      }
      const after = Math.min(Math.max(0, debt - (nowUs - stampUs) * leak), Math.max(before, burst * unit));
      if (after <= before) return 0;
      hold(after, nowUs);
      return Math.ceil((after - before) / unit);
    },
    follow(policy) {
      burst = burstOf(policy);
      ({ leak, unit } = rateOf(policy));
    },
    entries: () => Math.min(1, held.debt),
  });
}
