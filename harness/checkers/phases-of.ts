import type { History } from "../history/history.ts";

/**
 * Indices of the phases that a measurement concerns: judged and paced ones, of these names if some are given.
 * A name that the history does not have concerns nothing.
 */
export function measuredPhases({ phases }: History, names?: readonly string[]): number[] {
  return phases.flatMap(({ name, model, role }, index) =>
    model === "open" && role === "judged" && (names === undefined || names.includes(name)) ? [index] : [],
  );
}
