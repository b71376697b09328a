import type { Random } from "../../load/random.ts";
import { delayLine } from "./delay-line.ts";
import { type ByteToxic, byteToxic } from "./toxic.ts";

/**
 * Cuts data into pieces of `average_size` bytes, give or take `size_variation`, each sent on its own, `delay`
 * microseconds after the one before. Sizes below 1 count as 1.
 */
export const slicer: ByteToxic = byteToxic({
  type: "slicer",
  attributes: { average_size: "int", size_variation: "int", delay: "int" },
  stage(values, way) {
    const line = delayLine(way, way.room);
    let nextMs = 0;
    return {
      chunk(bytes, receivedMs) {
        nextMs = Math.max(nextMs, performance.now());
        let from = 0;
        for (const size of pieces(bytes.length, values.average_size, values.size_variation, way.random)) {
          line.push(bytes.subarray(from, from + size), receivedMs, nextMs);
          from += size;
          nextMs += Math.max(0, values.delay) / 1_000;
        }
      },
      end: () => (line.size === 0 ? way.end() : line.end(nextMs)),
      isFull: () => line.size > 0,
      updated() {
        nextMs = 0;
        line.release();
      },
      release: line.release,
      discard: line.discard,
    };
  },
});

/** Sizes of the pieces of `length` bytes: halved, give or take the variation, until each is small enough. */
export function pieces(length: number, averageSize: number, variation: number, random: Random): number[] {
  const average = Math.max(1, averageSize);
  const vary = Math.max(0, Math.min(variation, average - 1));
  const sizes: number[] = [];
  const todo = [length];
  for (let size = todo.pop(); size !== undefined; size = todo.pop()) {
    if (size <= average + vary) {
      sizes.push(size);
      continue;
    }
    const middle = Math.floor(size / 2 + (2 * random() - 1) * vary);
    const left = Math.max(1, Math.min(size - 1, middle));
    todo.push(size - left, left);
  }
  return sizes;
}
