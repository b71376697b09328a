import type { Promised } from "../../limiter/promised.ts";
import type { Claim, Evidence } from "../history/evidence.ts";
import type { Finding } from "../verdict/finding.ts";
import { hasPhase } from "./has-phase.ts";

/**
 * The first of the readings of `evidence` that does not convict, or the last one, which alone may. Windows of which nobody says
 * where they begin are first read as the clock's: who keeps the promise so has kept it, and has shown it more sharply;
 * who does not has windows that begin elsewhere, perhaps by each key, and is judged by those.
 */
export function mildest<Verdict extends Pick<Finding, "verdict">>(
  evidence: Evidence,
  verdictOf: (evidence: Evidence) => Verdict,
): Verdict {
  const claims = evidence.claims.map(byTheClock);
  if (claims.some((claim, index) => claim !== evidence.claims[index])) {
    const found = verdictOf({ ...evidence, claims });
    if (found.verdict !== "fail") return found;
  }
  return verdictOf(evidence);
}

/** `claim` with windows of the clock, itself where they begin elsewhere for certain or the clock is not known. */
function byTheClock(claim: Claim): Claim {
  const { upper, lower } = claim.promises;
  if (claim.epochOffsetMs === null || !(hasPhase(upper, ["unknown"]) || hasPhase(lower, ["unknown"])))
    return claim;
  return { ...claim, promises: { ...claim.promises, upper: settled(upper), lower: settled(lower) } };
}

function settled(promised: Promised): Promised {
  if (promised.kind === "sum") return { ...promised, parts: promised.parts.map(settled) };
  return (promised.kind === "fixed" || promised.kind === "two-counters") && promised.phase === "unknown"
    ? { ...promised, phase: "epoch" }
    : promised;
}
