import { oldestFirst } from "../fallback/cost-cells.ts";
import type { Policy } from "../policy.ts";
import { burstOf, rateOf } from "./gcra-rate.ts";
import { type LocalState, localState } from "./local-state.ts";

/** One key of `gcra` in memory: a debt, when it was that, and the unit that it is counted in. */
export function gcraLocal(first: Policy): LocalState {
  let burst = burstOf(first);
  let { leak, unit } = rateOf(first);
  let held = { debt: 0, stampUs: 0, unit };

  /** The debt as of a stamp, which is not after `nowUs`. */
  function asOf(nowUs: number): { readonly debt: number; readonly stampUs: number } {
    if (held.debt === 0) return { debt: 0, stampUs: 0 };
    // A product beyond 2^53 is rounded, but is then beyond any debt, and so is what it is rounded to.
    const same = held.unit === unit ? held.debt : Math.ceil((held.debt / held.unit) * unit);
    const debt = Math.min(same, burst * unit);
    if (nowUs < held.stampUs) held = { debt, stampUs: nowUs, unit };
    return { debt, stampUs: held.stampUs };
  }

  function debtAt(nowUs: number): number {
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
      held = { debt: debtAt(nowUs) + cost * unit, stampUs: nowUs, unit };
    },
    quota(nowUs) {
      const debt = debtAt(nowUs);
      if (debt === 0) return { remaining: burst, resetUs: 0 };
      const remaining = Math.max(0, Math.floor((burst * unit - debt) / unit));
      return { remaining, resetUs: Math.ceil((debt - (burst - remaining - 1) * unit) / leak) };
    },
    refund(nowUs, cost, ageUs) {
      const debt = debtAt(nowUs);
      const back = Math.min(debt, Math.min(cost, burst) * unit - Math.max(0, ageUs) * leak);
      if (back <= 0) return 0;
      held = { debt: debt - back, stampUs: nowUs, unit };
      return Math.floor(back / unit);
    },
    merge(nowUs, entries) {
      const before = debtAt(nowUs);
      let { debt, stampUs } = asOf(nowUs);
      for (const { ageUs, cost } of entries.toSorted(oldestFirst)) {
        const atUs = Math.max(stampUs, nowUs - ageUs);
        debt = Math.max(0, debt - (atUs - stampUs) * leak) + cost * unit;
        stampUs = atUs;
      }
      const after = Math.min(Math.max(0, debt - (nowUs - stampUs) * leak), burst * unit);
      if (after <= before) return 0;
      held = { debt: after, stampUs: nowUs, unit };
      return Math.ceil((after - before) / unit);
    },
    follow(policy) {
      burst = burstOf(policy);
      ({ leak, unit } = rateOf(policy));
    },
    entries: () => Math.min(1, held.debt),
  });
}
