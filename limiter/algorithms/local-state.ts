import type { AgedCost } from "../fallback/cost-cells.ts";
import type { Policy } from "../policy.ts";

/** What the limit of one key says of one request, in the units of the Lua. */
export interface LocalDecision {
  readonly allowed: boolean;
  /** Cost that would still be admitted. */
  readonly remaining: number;
  /** Shortest wait after which the request would be admitted if nothing else came: 0 if now, -1 if never. */
  readonly retryUs: number;
  /** Wait after which more remains; 0 if all of it does. */
  readonly resetUs: number;
}

/**
 * The limit of one key, kept in memory: every number is the one that the algorithm's Lua gives for the same calls.
 * Time is an argument, in microseconds of any clock, which may stand still or step back.
 */
export interface LocalState {
  /** Admits `cost` if there is room for it. */
  readonly decide: (nowUs: number, cost: number) => LocalDecision;
  /** What `decide` would answer; admits nothing, so `remaining` is what remains without it. */
  readonly peek: (nowUs: number, cost: number) => LocalDecision;
  /** Takes back cost that was admitted at most `ageUs` ago (-1: that still counts); returns how much of it still counted. */
  readonly refund: (nowUs: number, cost: number, ageUs: number) => number;
  /** Adds what was admitted elsewhere, in any order, whether or not there is room; returns how much still counts. */
  readonly merge: (nowUs: number, entries: readonly AgedCost[]) => number;
  /** Goes on under another policy: what was admitted is kept. */
  readonly follow: (policy: Policy) => void;
  /** Entries held in memory. */
  readonly entries: () => number;
}

/** What an algorithm has to say for {@link localState}; all costs and times are whole. */
export interface LocalRule extends Pick<LocalState, "refund" | "merge" | "follow" | "entries"> {
  /** `retryUs` of {@link LocalDecision}. */
  readonly waitUs: (nowUs: number, cost: number) => number;
  /** Charges what `waitUs` has just found to have room. */
  readonly admit: (nowUs: number, cost: number) => void;
  readonly quota: (nowUs: number) => Pick<LocalDecision, "remaining" | "resetUs">;
}

/** Makes the state of a key from the `rule` of its algorithm. */
export function localState(rule: LocalRule): LocalState {
  const answer = (nowUs: number, retryUs: number): LocalDecision => {
    const { remaining, resetUs } = rule.quota(nowUs);
    return { allowed: retryUs === 0, remaining, retryUs, resetUs };
  };
  return {
    decide(nowUs, cost) {
      const retryUs = rule.waitUs(nowUs, cost);
      if (retryUs === 0) rule.admit(nowUs, cost);
      return answer(nowUs, retryUs);
    },
    peek: (nowUs, cost) => answer(nowUs, rule.waitUs(nowUs, cost)),
    refund: rule.refund,
    merge: rule.merge,
    follow: rule.follow,
    entries: rule.entries,
  };
}
