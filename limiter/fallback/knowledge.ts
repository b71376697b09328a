/** One key's place, between the places touched before and after it. */
export interface Place<State> {
  readonly key: string;
  readonly state: State;
  /** Number of the outage that `state` has begun for; 0 for none. */
  outage: number;
  /** How often Redis had lost its data when what this key must be written back with was last noted. */
  losses: number;
  touchedUs: number;
  older: Place<State> | undefined;
  newer: Place<State> | undefined;
}

/**
 * States of at most `maxKeys` keys, in the order in which they were last touched. A key is evicted only to make room,
 * and only once nothing in it matters any more: a flood of keys cannot make this replica forget one.
 */
export class Knowledge<State> {
  readonly #places = new Map<string, Place<State>>();
  readonly #maxKeys: number;
  readonly #fresh: () => State;
  #oldest: Place<State> | undefined;
  #newest: Place<State> | undefined;

  constructor(maxKeys: number, fresh: () => State) {
    this.#maxKeys = maxKeys;
    this.#fresh = fresh;
  }

  get size(): number {
    return this.#places.size;
  }

  find(key: string): Place<State> | undefined {
    return this.#places.get(key);
  }

  /** Notes that something in it matters from `nowUs` on. */
  touch(place: Place<State>, nowUs: number): void {
    place.touchedUs = Math.max(place.touchedUs, nowUs);
    if (place === this.#newest) return;
    this.#unlink(place);
    this.#append(place);
  }

  /** Whether `place` would find one. */
  hasRoom(evictableUs: number): boolean {
    return this.#places.size < this.#maxKeys || (this.#oldest?.touchedUs ?? Infinity) <= evictableUs;
  }

  /**
   * A new place for `key`, in the stead of the oldest if all are taken;
   * undefined if that was touched after `evictableUs`.
   */
  place(key: string, nowUs: number, evictableUs: number): Place<State> | undefined {
    if (this.#places.size >= this.#maxKeys) {
      const oldest = this.#oldest;
      if (oldest === undefined || oldest.touchedUs > evictableUs) return undefined;
      this.delete(oldest.key);
    }
    const place = {
      key,
      state: this.#fresh(),
      outage: 0,
      losses: 0,
      touchedUs: nowUs,
      older: undefined,
      newer: undefined,
    };
    this.#places.set(key, place);
    this.#append(place);
    return place;
  }

  delete(key: string): void {
    const place = this.#places.get(key);
    if (place === undefined) return;
    this.#places.delete(key);
    this.#unlink(place);
  }

  /** Every place, in no order. */
  all(): IterableIterator<Place<State>> {
    return this.#places.values();
  }

  #append(place: Place<State>): void {
    place.older = this.#newest;
    place.newer = undefined;
    if (this.#newest !== undefined) this.#newest.newer = place;
    this.#newest = place;
    this.#oldest ??= place;
  }

  #unlink({ older, newer }: Place<State>): void {
    if (older !== undefined) older.newer = newer;
    else this.#oldest = newer;
    if (newer !== undefined) newer.older = older;
    else this.#newest = older;
  }
}
