/** What was admitted and how long ago: told to Redis as an age, so that no clock needs to agree with another. */
export interface AgedCost {
  readonly ageUs: number;
  readonly cost: number;
}

/** The order in which Redis is told of costs. */
export function oldestFirst(a: AgedCost, b: AgedCost): number {
  return b.ageUs - a.ageUs;
}

/**
 * Costs by time in bounded memory, oldest first: what falls into one `cellUs` shares a cell, so a window
 * of `n * cellUs` needs at most n + 1 cells. Of a cell only the earliest and the latest possible instant of its costs
 * are known; every question is answered for the worse of them.
 */
export class CostCells {
  readonly #cellUs: number;
  /** Three numbers a cell: earliest instant, latest instant, cost. One array a key: there may be very many keys. */
  #cells: number[] = [];
  #head = 0;
  #openedUs = Number.NEGATIVE_INFINITY;
  #total = 0;

  constructor(cellUs: number) {
    this.#cellUs = cellUs;
  }

  /** All the cost that has not been dropped. */
  get total(): number {
    return this.#total;
  }

  /**
   * Adds what happened at an unknown instant in [firstUs, untilUs]. What comes out of order counts as if it had
   * happened as late as the latest before it.
   */
  add(firstUs: number, untilUs: number, cost: number): void {
    this.#total += cost;
    const cells = this.#cells;
    const tail = cells.length - 3;
    const lastUs = tail >= this.#head ? Math.max(untilUs, cells[tail + 1] ?? 0) : untilUs;
    if (tail >= this.#head && lastUs < this.#openedUs + this.#cellUs) {
      cells[tail] = Math.min(cells[tail] ?? firstUs, firstUs);
      cells[tail + 1] = lastUs;
      cells[tail + 2] = (cells[tail + 2] ?? 0) + cost;
      return;
    }
    this.#openedUs = lastUs;
    cells.push(firstUs, lastUs, cost);
  }

  /** Drops every cell whose costs all happened at `us` or before. */
  dropUntil(us: number): void {
    const cells = this.#cells;
    while (this.#head < cells.length && (cells[this.#head + 1] ?? us) <= us) {
      this.#total -= cells[this.#head + 2] ?? 0;
      this.#head += 3;
    }
    if (this.#head >= 48 || this.#head === cells.length) this.#compact();
  }

  /** Cost that surely happened in (afterUs, untilUs]. */
  surelyIn(afterUs: number, untilUs: number): number {
    const cells = this.#cells;
    let sum = 0;
    for (let i = this.#head; i < cells.length && (cells[i + 1] ?? 0) <= untilUs; i += 3) {
      if ((cells[i] ?? 0) > afterUs) sum += cells[i + 2] ?? 0;
    }
    return sum;
  }

  /** Cost that may have happened after `afterUs`. */
  possiblyAfter(afterUs: number): number {
    const cells = this.#cells;
    let sum = 0;
    for (let i = cells.length - 3; i >= this.#head && (cells[i + 1] ?? 0) > afterUs; i -= 3) {
      sum += cells[i + 2] ?? 0;
    }
    return sum;
  }

  /** The earliest instant after `afterUs` at which a cell ends; Infinity if none does. */
  nextEndAfter(afterUs: number): number {
    for (let i = this.#head; i < this.#cells.length; i += 3) {
      const lastUs = this.#cells[i + 1] ?? 0;
      if (lastUs > afterUs) return lastUs;
    }
    return Number.POSITIVE_INFINITY;
  }

  /** Takes `cost` back, the newest first. */
  remove(cost: number): void {
    const cells = this.#cells;
    let left = cost;
    for (let i = cells.length - 3; i >= this.#head && left > 0; i -= 3) {
      const taken = Math.min(left, cells[i + 2] ?? 0);
      cells[i + 2] = (cells[i + 2] ?? 0) - taken;
      this.#total -= taken;
      left -= taken;
    }
  }

  /**
   * Takes back `cost` that was added at `sinceUs` or later, the oldest first: what is left ends no sooner than it would.
   * Says how much there was to take.
   */
  removeSince(sinceUs: number, cost: number): number {
    const cells = this.#cells;
    let left = cost;
    for (let i = this.#head; i < cells.length && left > 0; i += 3) {
      if ((cells[i + 1] ?? 0) < sinceUs) continue;
      const taken = Math.min(left, cells[i + 2] ?? 0);
      cells[i + 2] = (cells[i + 2] ?? 0) - taken;
      this.#total -= taken;
      left -= taken;
    }
    return cost - left;
  }

  /** Takes all cells of `other`, which is empty from then on. */
  absorb(other: CostCells): void {
    const cells = other.#cells;
    for (let i = other.#head; i < cells.length; i += 3) {
      this.add(cells[i] ?? 0, cells[i + 1] ?? 0, cells[i + 2] ?? 0);
    }
    other.#total = 0;
    other.#head = cells.length;
    other.#compact();
  }

  /** Every cell that may have cost after `afterUs`, as young as it may be. */
  agesAt(nowUs: number, afterUs: number): AgedCost[] {
    const ages: AgedCost[] = [];
    for (let i = this.#head; i < this.#cells.length; i += 3) {
      const [lastUs = 0, cost = 0] = [this.#cells[i + 1], this.#cells[i + 2]];
      if (lastUs > afterUs && cost > 0) ages.push({ ageUs: Math.max(0, nowUs - lastUs), cost });
    }
    return ages;
  }

  #compact(): void {
    this.#cells.splice(0, this.#head);
    this.#head = 0;
  }
}
