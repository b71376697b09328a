import type { AgedCost } from "./cost-cells.ts";
import type { Fallback, FallbackPhase, LocalDecision } from "./fallback.ts";
import { Knowledge, type Place } from "./knowledge.ts";
import type { Ledger, Outage, OutageRule, Reply } from "./outage-rule.ts";
import { Overflow } from "./overflow.ts";
import { inBatches, type Repair, type RepairBatch } from "./recovery.ts";

/** Where the state of a key is: a place of its own, the overflow, or nowhere yet. */
type Home<State> = Place<State> | Overflow<State>;

/** How much of the overflow's admissions can be kept for Redis in any case. */
const FEWEST_ENTRIES = 1_000;

const NEVER = Number.NEGATIVE_INFINITY;

/**
 * A {@link Fallback} that decides by a rule. A transition of the whole replica touches no key: a key's state is
 * brought up to date when it is next used.
 */
export class LocalFallback<State> implements Fallback {
  readonly #rule: OutageRule<State>;
  readonly #knowledge: Knowledge<State>;
  readonly #overflow: Overflow<State>;
  #phase: FallbackPhase = "redis";
  #outage: Outage = { startedUs: 0, answeredUs: NEVER };
  /** Outages so far, and the last of them that is forgotten. */
  #outages = 0;
  #forgotten = 0;
  #forgottenUs = NEVER;
  #answeredUs = NEVER;
  #silentUs = NEVER;
  /** How often Redis has lost its data, when it last had, and what must then be written back, by key. */
  #losses = 0;
  #lossUs = NEVER;
  readonly #noted = new Map<string, readonly AgedCost[]>();
  /** Stands for every key of which nothing is known; never admitted into. */
  #stranger: { readonly state: State; outage: number };

  constructor(rule: OutageRule<State>, maxKeys: number) {
    this.#rule = rule;
    this.#knowledge = new Knowledge(maxKeys, rule.fresh);
    this.#overflow = new Overflow(rule, Math.max(maxKeys, FEWEST_ENTRIES));
    this.#stranger = { state: rule.fresh(), outage: 0 };
  }

  get phase(): FallbackPhase {
    return this.#phase;
  }

  get share(): number {
    return this.#rule.share;
  }

  get keys(): number {
    return this.#knowledge.size;
  }

  learn(key: string, reply: Reply): void {
    const { sentUs, receivedUs } = reply;
    const gated = this.#phase === "gate";
    this.#answeredUs = Math.max(this.#answeredUs, sentUs);
    const place = this.#find(key) ?? this.#newPlace(key, reply);
    if (place === undefined && !this.#overflow.isLive(this.#evictableUs(sentUs))) this.#overflow.renew();
    const { state } = this.#current(place ?? this.#overflow);
    if (place === undefined) {
      this.#overflow.learn(reply, gated);
    } else {
      this.#rule.learn(state, reply, gated);
      this.#knowledge.touch(place, receivedUs);
    }
    // An answer to what was asked before the loss: what is known has changed.
    if (this.#phase === "lost") this.#rule.lose(state, this.#outage);
  }

  lost(nowUs: number, sentUs: number = nowUs): void {
    this.#silentUs = Math.max(this.#silentUs, sentUs);
    if (this.#phase === "lost") return;
    this.#phase = "lost";
    this.#outages++;
    this.#outage = { startedUs: nowUs, answeredUs: this.#answeredUs };
    this.#stranger = { state: this.#rule.fresh(), outage: 0 };
  }

  waitUs(key: string, cost: number, nowUs: number): number {
    const home = this.#homeOf(key, nowUs);
    if (home === this.#overflow && !this.#overflow.hasRoom(nowUs)) return this.#rule.horizonUs;
    return this.#rule.waitUs(this.#stateOf(home), cost, nowUs, this.#outage);
  }

  remaining(key: string, nowUs: number): number {
    return this.#rule.remaining(this.#stateOf(this.#homeOf(key, nowUs)), nowUs, this.#outage);
  }

  admit(key: string, cost: number, nowUs: number, ledger: Ledger): void {
    const home =
      this.#homeOf(key, nowUs) ?? this.#place(key, nowUs, this.#evictableUs(nowUs)) ?? this.#overflow;
    const { state } = this.#current(home);
    if (home instanceof Overflow) {
      home.admit(key, cost, nowUs, ledger);
    } else {
      this.#rule.admit(state, cost, nowUs, ledger);
      this.#knowledge.touch(home, nowUs);
    }
  }

  release(key: string, cost: number, ledger: Ledger): void {
    const place = this.#find(key);
    if (place === undefined) this.#overflow.release(key, cost, ledger);
    else this.#rule.release(place.state, cost, ledger);
  }

  undo(key: string, cost: number, sinceUs: number, nowUs: number): number {
    const place = this.#find(key);
    if (place === undefined) return this.#overflow.undo(key, cost, sinceUs, nowUs);
    return this.#rule.undo(place.state, cost, sinceUs, nowUs);
  }

  decide(key: string, cost: number, nowUs: number): LocalDecision {
    return this.#decideInto("local", key, cost, nowUs);
  }

  gate(key: string, cost: number, nowUs: number): LocalDecision {
    return this.#decideInto("gated", key, cost, nowUs);
  }

  refunded(key: string, cost: number): void {
    const place = this.#find(key);
    if (place !== undefined) this.#rule.refund(this.#current(place).state, cost, this.#phase === "gate");
  }

  reset(key: string, nowUs: number): void {
    const place = this.#find(key);
    this.#noted.delete(key);
    this.#overflow.drop(key);
    if (place === undefined) return;
    // Others may have admitted what they have not told yet: what this replica has used of its share stays used.
    if (this.#phase === "redis") this.#knowledge.delete(key);
    else if (this.#isOut(place)) this.#rule.take(place.state, nowUs, this.#silentUs);
  }

  recovered(): void {
    if (this.#phase === "lost") this.#phase = "gate";
  }

  repairs(nowUs: number, atMostKeys: number): Iterable<RepairBatch> {
    return inBatches(this.#pending(nowUs), nowUs, atMostKeys);
  }

  putBack({ takenUs, repairs }: RepairBatch): void {
    for (const { key, entries, overflowed } of repairs) {
      const place = this.#knowledge.find(key);
      if (overflowed || place === undefined) this.#overflow.putBack(key, entries, takenUs);
      else this.#rule.putBack(place.state, entries, takenUs);
    }
  }

  forget(nowUs: number): void {
    if (this.#phase !== "gate") return;
    this.#phase = "redis";
    this.#forgotten = this.#outages;
    this.#forgottenUs = nowUs;
  }

  everything(nowUs: number, atMostKeys: number): Iterable<RepairBatch> {
    this.#losses++;
    this.#lossUs = nowUs;
    this.#noted.clear();
    return inBatches(this.#kept(this.#losses), nowUs, atMostKeys);
  }

  /** A key's place, with what it must be written back with noted before it changes. */
  #find(key: string): Place<State> | undefined {
    const place = this.#knowledge.find(key);
    if (place !== undefined) this.#note(place);
    return place;
  }

  #note(place: Place<State>): void {
    if (place.losses === this.#losses) return;
    place.losses = this.#losses;
    const entries = this.#rule.everything(place.state, this.#lossUs);
    if (entries.length > 0) this.#noted.set(place.key, entries);
    // Also what Redis had not been told of before: no repair need tell it again.
    if (this.#isOut(place)) this.#rule.take(place.state, this.#lossUs, this.#silentUs);
  }

  /** Whether the rule of an outage still holds for it. */
  #isOut({ outage }: Place<State>): boolean {
    return outage !== 0 && outage > this.#forgotten;
  }

  #place(key: string, nowUs: number, evictableUs: number): Place<State> | undefined {
    const place = this.#knowledge.place(key, nowUs, evictableUs);
    if (place !== undefined) place.losses = this.#losses;
    return place;
  }

  /** Brings a state up to the present phase. */
  #current<H extends { readonly state: State; outage: number }>(home: H): H {
    if (home.outage !== 0 && home.outage <= this.#forgotten) {
      this.#rule.forget(home.state, this.#forgottenUs);
      home.outage = 0;
    }
    if (this.#phase !== "redis" && home.outage !== this.#outages) {
      this.#rule.lose(home.state, this.#outage);
      home.outage = this.#outages;
    }
    return home;
  }

  /** What was touched by then does not matter any more. */
  #evictableUs(nowUs: number): number {
    const settled = this.#phase === "redis" || nowUs >= this.#outage.startedUs + this.#rule.settledUs;
    return settled ? nowUs - this.#rule.horizonUs : NEVER;
  }

  /** Where `key` is, during an outage; undefined if it would get a place of its own. */
  #homeOf(key: string, nowUs: number): Home<State> | undefined {
    const place = this.#find(key);
    if (place !== undefined) return this.#current(place);
    const evictableUs = this.#evictableUs(nowUs);
    if (!this.#overflow.isLive(evictableUs)) {
      if (this.#knowledge.hasRoom(evictableUs)) return undefined;
      this.#overflow.renew();
    }
    return this.#current(this.#overflow);
  }

  #stateOf(home: Home<State> | undefined): State {
    return (home ?? this.#current(this.#stranger)).state;
  }

  #decideInto(ledger: Ledger, key: string, cost: number, nowUs: number): LocalDecision {
    const waitUs = this.waitUs(key, cost, nowUs);
    if (waitUs === 0) this.admit(key, cost, nowUs, ledger);
    return { allowed: waitUs === 0, remaining: this.remaining(key, nowUs), waitUs };
  }

  /** During an outage, a key that may have live debt in the overflow stays there. */
  #newPlace(key: string, { sentUs, receivedUs }: Reply): Place<State> | undefined {
    if (this.#phase !== "redis" && this.#overflow.isLive(this.#evictableUs(receivedUs))) return undefined;
    return this.#place(key, receivedUs, this.#evictableUs(sentUs));
  }

  *#pending(nowUs: number): Generator<Repair, void, void> {
    for (const place of this.#knowledge.all()) {
      this.#note(place);
      if (!this.#isOut(place)) continue;
      const entries = this.#rule.take(place.state, nowUs, this.#silentUs);
      if (entries.length > 0) yield { key: place.key, entries, overflowed: false };
    }
    for (const [key, entries] of this.#overflow.take(nowUs, this.#silentUs)) {
      yield { key, entries, overflowed: true };
    }
  }

  *#kept(loss: number): Generator<Repair, void, void> {
    for (const place of this.#knowledge.all()) {
      if (loss === this.#losses) this.#note(place);
      for (const [key, entries] of this.#noted) {
        if (loss !== this.#losses) return;
        this.#noted.delete(key);
        yield { key, entries, overflowed: false };
      }
    }
  }
}
