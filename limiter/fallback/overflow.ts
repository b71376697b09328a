import { type AgedCost, oldestFirst } from "./cost-cells.ts";
import { HEARD_LATE_US, type Ledger, type OutageRule, type Reply } from "./outage-rule.ts";

/** What the overflow admitted alone for one key. */
interface Entry {
  readonly key: string;
  readonly atUs: number;
  readonly cost: number;
}

/**
 * The one bucket for all keys that find no place: they share this replica's share of the limit. It remembers the
 * lowest of what remained for any of them, so that it admits for none of them more than a place would have.
 */
export class Overflow<State> {
  readonly #rule: OutageRule<State>;
  readonly #maxEntries: number;
  #state: State;
  #outage = 0;
  #touchedUs = Number.NEGATIVE_INFINITY;
  #lowest = Infinity;
  #lowestBefore = Infinity;
  #lowestSinceUs = Number.NEGATIVE_INFINITY;
  #entries: Entry[] = [];

  constructor(rule: OutageRule<State>, maxEntries: number) {
    this.#rule = rule;
    this.#maxEntries = maxEntries;
    this.#state = rule.fresh();
  }

  get state(): State {
    return this.#state;
  }

  /** Number of the outage that the state has begun for; 0 for none. */
  get outage(): number {
    return this.#outage;
  }

  set outage(outage: number) {
    this.#outage = outage;
  }

  /** Whether a key without a place may have live debt in here: what was touched by `evictableUs` matters no more. */
  isLive(evictableUs: number): boolean {
    return this.#touchedUs > evictableUs;
  }

  /** Whether what it would admit can be kept for Redis. */
  hasRoom(nowUs: number): boolean {
    const liveUs = nowUs - this.#rule.horizonUs;
    while ((this.#entries[0]?.atUs ?? nowUs) <= liveUs) this.#entries.shift();
    return this.#entries.length < this.#maxEntries;
  }

  /** Nothing in it matters any more. */
  renew(): void {
    this.#state = this.#rule.fresh();
    this.#outage = 0;
    this.#entries = [];
    this.#lowest = this.#lowestBefore = Infinity;
  }

  /** Redis answered for a key that has no place. */
  learn(reply: Reply, gated: boolean): void {
    const { remaining, sentUs, receivedUs } = reply;
    if (sentUs - this.#lowestSinceUs >= this.#rule.horizonUs) {
      this.#lowestBefore = this.#lowest;
      this.#lowest = Infinity;
      this.#lowestSinceUs = sentUs;
    }
    this.#lowest = Math.min(this.#lowest, remaining);
    this.#touch(receivedUs);
    const lowest = Math.min(this.#lowest, this.#lowestBefore);
    const admitted = gated ? reply.admitted : 0;
    this.#rule.learn(this.#state, { ...reply, remaining: lowest, admitted, resetUs: 0 }, gated);
  }

  admit(key: string, cost: number, nowUs: number, ledger: Ledger): void {
    this.#rule.admit(this.#state, cost, nowUs, ledger);
    this.#touch(nowUs);
    if (ledger === "local") this.#entries.push({ key, atUs: nowUs, cost });
  }

  release(key: string, cost: number, ledger: Ledger): void {
    this.#rule.release(this.#state, cost, ledger);
    const index = this.#entries.findLastIndex((entry) => entry.key === key && entry.cost === cost);
    if (ledger === "local" && index >= 0) this.#entries.splice(index, 1);
  }

  /** Takes back what was admitted alone for `key` at `sinceUs` or later, the oldest first; says how much that was. */
  undo(key: string, cost: number, sinceUs: number, nowUs: number): number {
    const isMeant = (entry: Entry) => entry.key === key && entry.atUs >= sinceUs - HEARD_LATE_US;
    const most = this.#entries.reduce((sum, entry) => (isMeant(entry) ? sum + entry.cost : sum), 0);
    const taken = this.#rule.undo(this.#state, Math.min(cost, most), sinceUs, nowUs);
    for (let left = taken; left > 0; ) {
      const index = this.#entries.findIndex(isMeant);
      const oldest = this.#entries[index];
      if (oldest === undefined) break;
      const rest = oldest.cost - left;
      this.#entries.splice(index, 1, ...(rest > 0 ? [{ ...oldest, cost: rest }] : []));
      left -= Math.min(left, oldest.cost);
    }
    return taken;
  }

  /** What Redis must add, by key. */
  take(nowUs: number, silentUs: number): Map<string, AgedCost[]> {
    this.#rule.take(this.#state, nowUs, silentUs);
    const taken = new Map<string, AgedCost[]>();
    for (const { key, atUs, cost } of this.#entries) {
      const entries = taken.get(key) ?? [];
      entries.push({ ageUs: Math.max(0, nowUs - atUs), cost });
      taken.set(key, entries);
    }
    this.#entries = [];
    // What was put back is among younger ones.
    for (const entries of taken.values()) entries.sort(oldestFirst);
    return taken;
  }

  /** Redis need not be told of what was admitted for `key`. */
  drop(key: string): void {
    this.#entries = this.#entries.filter((entry) => entry.key !== key);
  }

  putBack(key: string, entries: readonly AgedCost[], takenUs: number): void {
    this.#rule.putBack(this.#state, entries, takenUs);
    for (const { ageUs, cost } of entries) this.#entries.push({ key, atUs: takenUs - ageUs, cost });
  }

  #touch(nowUs: number): void {
    this.#touchedUs = Math.max(this.#touchedUs, nowUs);
  }
}
