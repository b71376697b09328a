import { type Due, EarliestFirst } from "./earliest-first.ts";

/** Things to do at instants of a time that passes only by doing them. */
export class VirtualTime {
  readonly #due = new EarliestFirst<Due & { readonly act: () => void }>();
  #order = 0;
  nowUs = 0;

  /** Does `act` at `atUs`; what is due at the same instant is done in the order of the calls. */
  at(atUs: number, act: () => void): void {
    this.#due.add({ at: Math.max(atUs, this.nowUs), order: this.#order++, act });
  }

  /** Does everything up to and including `untilUs`. */
  runUntil(untilUs: number): void {
    for (let next = this.#due.first; next !== undefined && next.at <= untilUs; next = this.#due.first) {
      this.#due.dropFirst();
      this.nowUs = next.at;
      next.act();
    }
  }
}
