/** Something that is due; of what is due at the same instant, the lower order comes first. */
export interface Due {
  readonly at: number;
  readonly order: number;
}

/** A heap of what is due. */
export class EarliestFirst<T extends Due> {
  readonly #heap: T[] = [];

  /** What is due first, if anything is. */
  get first(): T | undefined {
    return this.#heap[0];
  }

  add(due: T): void {
    const heap = this.#heap;
    let place = heap.push(due) - 1;
    while (place > 0) {
      const parent = (place - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || isBefore(above, due)) break;
      heap[place] = above;
      place = parent;
    }
    heap[place] = due;
  }

  /** The last one takes the place of the first, and sinks to where it belongs. */
  dropFirst(): void {
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

function isBefore(a: Due, b: Due): boolean {
  return a.at < b.at || (a.at === b.at && a.order < b.order);
}
