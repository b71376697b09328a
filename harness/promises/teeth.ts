import type { PhaseSpan } from "../history/history.ts";

/** How near one claim came, in one phase, to being able to convict a limiter that is slightly guilty. */
export interface Sharpness {
  readonly policy: string;
  readonly phase: string;
  /** Share of the limit by which a limiter might break its promise unseen: 0 is perfect. At most 1. */
  readonly blindShare: number;
  /** What stood in the way. */
  readonly missing: string;
}

/** Codes of the phases in which a checker must have teeth: those named, or all that are judged. */
export function demandedPhases(phases: readonly PhaseSpan[], named: readonly string[] | undefined): number[] {
  return phases.flatMap(({ name, role }, code) =>
    (named === undefined ? role === "judged" : named.includes(name)) ? [code] : [],
  );
}

/** A sentence for each name that no phase of the history has. */
export function unknownPhases(phases: readonly PhaseSpan[], named: readonly string[] = []): string[] {
  return named
    .filter((name) => !phases.some((phase) => phase.name === name))
    .map((name) => `The history has no phase "${name}"`);
}

/**
 * The places where a pass would mean nothing. Of several policies (a second's and a day's limit, say) each must be sharp
 * in some phase, and in each phase some policy must be.
 */
export function bluntPlaces(all: readonly Sharpness[], maxBlindShare: number): Sharpness[] {
  const policies = sharpestOf(all, ({ policy }) => policy);
  const phases = sharpestOf(all, ({ phase }) => phase);
  return [...new Set([...phases, ...policies])].filter(({ blindShare }) => !(blindShare <= maxBlindShare));
}

/** The blindest of what is left when each phase is seen by its sharpest policy. */
export function blindShareOf(all: readonly Sharpness[]): number {
  return sharpestOf(all, ({ phase }) => phase).reduce(
    (most, { blindShare }) => Math.max(most, blindShare),
    0,
  );
}

/** `resolvingPowerInBurst: 0.01` for each phase, as numbers of a finding. */
export function sharpnessNumbers(all: readonly Sharpness[]): Record<string, number> {
  return Object.fromEntries(
    sharpestOf(all, ({ phase }) => phase).map(({ phase, blindShare }) => [
      `resolvingPowerIn${camel(phase)}`,
      blindShare,
    ]),
  );
}

function sharpestOf(all: readonly Sharpness[], groupOf: (one: Sharpness) => string): Sharpness[] {
  const sharpest = new Map<string, Sharpness>();
  for (const one of all) {
    const known = sharpest.get(groupOf(one));
    if (known === undefined || one.blindShare < known.blindShare) sharpest.set(groupOf(one), one);
  }
  return [...sharpest.values()];
}

function camel(name: string): string {
  return name
    .split(/[^a-zA-Z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join("");
}
