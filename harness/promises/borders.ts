import type { Promised } from "../../limiter/promised.ts";
import { commonPhase } from "./common-phase.ts";
import { firstHit } from "./first-hit.ts";
import { knownPhase } from "./known-phase.ts";
import type { Terms } from "./promise.ts";

/**
 * What can be said of where fixed windows begin. Each set is a span in which more than a limit was certainly
 * admitted, so that a window must have begun within it, after its first instant. Sets come in order.
 */
export interface Borders {
  /** Forgets all sets. Nobody had asked before `sinceMs`, -Infinity where that cannot be said. */
  readonly begin: (sinceMs: number) => void;
  /** True if no windows can begin within every set so far, this one included. */
  readonly excludedBy: (fromMs: number, untilMs: number) => boolean;
}

/** The rule by which the windows of `promised` begin. */
export function bordersFor(
  { windowMs, phase }: Extract<Promised, { kind: "fixed" }>,
  { slackMs, epochOffsetMs }: Terms,
): Borders {
  if (phase === "first-hit") return firstHit(windowMs - slackMs);
  const { atLeast, atMost } = epochOffsetMs ?? { atLeast: 0, atMost: 0 };
  const apartMs = slackMs + (atMost - atLeast) / 2;
  if (phase === "unknown" || epochOffsetMs === null)
    return commonPhase(windowMs, { apartMs, driftMs: slackMs });
  return knownPhase(windowMs, -(atLeast + atMost) / 2, apartMs);
}
