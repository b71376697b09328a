/** Things to do at instants of a time that passes only by doing them. */
export class VirtualTime {
  #heap: { readonly atUs: number; readonly order: number; readonly act: () => void }[] = [];
  #order = 0;
  nowUs = 0;

  /** Does `act` at `atUs`; what is due at the same instant is done in the order of the calls. */
  at(atUs: number, act: () => void): void {
    const heap = this.#heap;
    const entry = { atUs: Math.max(atUs, this.nowUs), order: this.#order++, act };
    let index = heap.length;
    heap.push(entry);
    while (index > 0) {
      const up = (index - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || !before(entry, parent)) break;
      heap[index] = parent;
      index = up;
    }
    heap[index] = entry;
  }

  /** Does everything up to and including `untilUs`. */
  runUntil(untilUs: number): void {
    for (let next = this.#heap[0]; next !== undefined && next.atUs <= untilUs; next = this.#heap[0]) {
      this.#pop();
      this.nowUs = next.atUs;
      next.act();
    }
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let index = 0;
    for (;;) {
      let child = 2 * index + 1;
      const [left, right] = [heap[child], heap[child + 1]];
      let least = left;
      if (left !== undefined && right !== undefined && before(right, left)) {
        least = right;
        child++;
      }
      if (least === undefined || !before(least, last)) break;
      heap[index] = least;
      index = child;
    }
    heap[index] = last;
  }
}

interface Due {
  readonly atUs: number;
  readonly order: number;
}

function before(a: Due, b: Due): boolean {
  return a.atUs < b.atUs || (a.atUs === b.atUs && a.order < b.order);
}
