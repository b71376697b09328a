import type { Random } from "./random.ts";

/**
 * Chooses replicas evenly: every `replicas` choices are a new random order of all of them. Plain turns would tie
 * a key that also comes in turns to one replica.
 */
export function spread(replicas: number, random: Random): () => number {
  const order = Uint16Array.from({ length: replicas }, (_, i) => i);
  let at = replicas;
  return () => {
    if (at === replicas) {
      shuffle(order, random);
      at = 0;
    }
    return order[at++] ?? 0;
  };
}

/** Fisher and Yates. */
function shuffle(order: Uint16Array, random: Random): void {
  for (let last = order.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    const held = order[last] ?? 0;
    order[last] = order[other] ?? 0;
    order[other] = held;
  }
}
