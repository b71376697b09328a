import type { Mutant } from "../../limiter/variants/variant.ts";

/** Where limiters are tried: 1 in simulated time, 2 live and short, 3 live with the faults of the stories. */
export type Level = 1 | 2 | 3;

/** Whether a mutant shows there. */
export function isOfLevel({ levels = [1, 2, 3] }: Pick<Mutant, "levels">, level: Level): boolean {
  return levels.includes(level);
}
