import { describe, expect, it } from "vitest";
import type { FallbackAlgorithm } from "../../../limiter/fallback/fallback.ts";
import { dice, incident } from "../../../limiter/fallback/simulation/incident.ts";
import { ours } from "../../../limiter/fallback/simulation/subjects.ts";
import type { Evidence } from "../../history/evidence.ts";
import { tracesOf } from "../../history/traces-of.ts";
import { type Miss, withoutAnswers } from "../../virtual/without-answers.ts";
import { decidesInTime } from "../decides-in-time.ts";
import { fallbackAsDeclared } from "../fallback-as-declared.ts";
import { noFalseDenials } from "../no-false-denials.ts";
import { recoversWithin } from "../recovers-within.ts";
import { withinBound } from "../within-bound.ts";
import { seenIncident } from "./simulated-outage.ts";

/** Outages a kind; LOST_RUNS=2000 takes minutes. */
const runs = Number(process.env.LOST_RUNS ?? 25);

const algorithms: readonly FallbackAlgorithm[] = ["sliding-log", "sliding-counter", "fixed-window", "gcra"];

/** The same incident, had these answers not reached whoever asked. */
function missing(evidence: Evidence, missed: () => Miss | null): Evidence {
  const history = withoutAnswers(evidence.history, missed);
  return { history, claims: evidence.claims.map((claim) => ({ ...claim, traces: tracesOf(history) })) };
}

describe("an innocent fallback in an outage", () => {
  for (const algorithm of algorithms)
    it.each(["full", "partial", "mixed"] as const)(
      `does not become guilty when any answers are lost, or say nothing: ${algorithm}, %s`,
      { timeout: 600_000 },
      (kind) => {
        for (let seed = 1; seed <= runs; seed++) {
          const story = incident(seed, kind);
          const { evidence } = seenIncident(story, ours(story, algorithm), algorithm, seed);
          const roll = dice(seed ^ 0x51ed27);
          const share = roll.pick([0.005, 0.05, 0.3]);
          const lossy = missing(evidence, () =>
            roll.chance(share) ? roll.pick<Miss>(["lost", "error"]) : null,
          );
          const fallback = fallbackAsDeclared({ keysInMemory: story.maxKeys });
          for (const checker of [
            fallback,
            recoversWithin(),
            withinBound(),
            noFalseDenials(),
            decidesInTime(),
          ]) {
            const { verdict, summary } = checker.check(lossy);
            expect(verdict, `${checker.name}, seed ${seed}: ${summary}`).not.toBe("fail");
          }
        }
      },
    );
});
