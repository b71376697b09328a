/** Rows, first in, first out. Storage is let go whenever the queue is empty. */
export class RowQueue {
  #rows: number[] = [];
  #head = 0;

  get length(): number {
    return this.#rows.length - this.#head;
  }

  /** Puts `row` last. */
  push(row: number): void {
    this.#rows.push(row);
  }

  /** Takes the first row; -1 if there is none. */
  shift(): number {
    const row = this.#rows[this.#head];
    if (row === undefined) return -1;
    this.#head++;
    if (this.#head === this.#rows.length) {
      this.#rows = [];
      this.#head = 0;
    }
    return row;
  }
}
