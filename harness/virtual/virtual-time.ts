import { type Due, EarliestFirst } from "../../limiter/fallback/simulation/earliest-first.ts";

/** Simulated time: what is to happen, in order of its instants, and of the same instant in the order asked for. */
export class VirtualTime {
  /** The instant of what is happening. */
  nowMs: number;
  readonly #due = new EarliestFirst<Happening>();
  #asked = 0;

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  /** Has `run` happen at `atMs`, or now if that is over. */
  at(atMs: number, run: () => void): Happening {
    const happening = { at: Math.max(atMs, this.nowMs), order: this.#asked++, run, isOff: false };
    this.#due.add(happening);
    return happening;
  }

  /** Goes on to what happens next, before `untilMs`, and has it happen; false if nothing does. */
  step(untilMs: number): boolean {
    const { first } = this.#due;
    if (first === undefined || first.at >= untilMs) return false;
    this.#due.dropFirst();
    if (first.isOff) return true;
    this.nowMs = first.at;
    first.run();
    return true;
  }
}

/** Something that is to happen, `at` milliseconds. */
export interface Happening extends Due {
  readonly run: () => void;
  /** Set, it does not happen. */
  isOff: boolean;
}
