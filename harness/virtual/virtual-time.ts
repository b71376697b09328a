/** Simulated time: what is to happen, in order of its instants, and of the same instant in the order asked for. */
export class VirtualTime {
  /** The instant of what is happening. */
  nowMs: number;
  readonly #heap: Happening[] = [];
  #asked = 0;

  constructor(nowMs: number) {
    this.nowMs = nowMs;
  }

  /** Has `run` happen at `atMs`, or now if that is over. */
  at(atMs: number, run: () => void): Happening {
    const happening = { atMs: Math.max(atMs, this.nowMs), order: this.#asked++, run, isOff: false };
    const heap = this.#heap;
    let place = heap.push(happening) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, happening)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = happening;
    return happening;
  }

  /** Goes on to what happens next, before `untilMs`, and has it happen; false if nothing does. */
  step(untilMs: number): boolean {
    const first = this.#heap[0];
    if (first === undefined || first.atMs >= untilMs) return false;
    this.#dropFirst();
    if (first.isOff) return true;
    this.nowMs = first.atMs;
    first.run();
    return true;
  }

  /** The last one takes the place of the first, and sinks to where it belongs. */
  #dropFirst(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let place = 0;
    for (;;) {
      let child = 2 * place + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      if (left === undefined) break;
      if (right !== undefined && isBefore(right, left)) child++;
      const least = heap[child];
      if (least === undefined || isBefore(last, least)) break;
      heap[place] = least;
      place = child;
    }
    heap[place] = last;
  }
}

/** Something that is to happen. */
export interface Happening {
  readonly atMs: number;
  readonly order: number;
  readonly run: () => void;
  /** Set, it does not happen. */
  isOff: boolean;
}

function isBefore(a: Happening, b: Happening): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}
