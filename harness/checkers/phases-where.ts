import type { PhaseSpan } from "../history/history.ts";

/** Indices of the judged phases; only of those that are paced where `model` is "open". */
export function judgedPhases(phases: readonly PhaseSpan[], model?: PhaseSpan["model"]): number[] {
  return [...phases.keys()].filter((index) => {
    const phase = phases[index];
    return phase?.role === "judged" && (model === undefined || phase.model === model);
  });
}
