import type { Promised } from "../../limiter/promised.ts";

/** Where fixed windows begin. */
type Phase = Extract<Promised, { kind: "fixed" }>["phase"];

/** Whether `promised` has windows that lie end to end, or among its parts some, that begin in one of these ways. */
export function hasPhase(promised: Promised, phases: readonly Phase[]): boolean {
  if (promised.kind === "sum") return promised.parts.some((part) => hasPhase(part, phases));
  if (promised.kind === "two-counters") return phases.includes(promised.phase ?? "epoch");
  return promised.kind === "fixed" && phases.includes(promised.phase);
}
