import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { accuracy } from "../checkers/accuracy.ts";
import type { Checker } from "../checkers/checker.ts";
import { decidesInTime } from "../checkers/decides-in-time.ts";
import { fallbackAsDeclared } from "../checkers/fallback-as-declared.ts";
import { headersAreHonest } from "../checkers/headers-are-honest.ts";
import { keysExpire } from "../checkers/keys-expire.ts";
import { latencyWithin } from "../checkers/latency-within.ts";
import { metricsTellTheTruth } from "../checkers/metrics-tell-the-truth.ts";
import { noFalseDenials } from "../checkers/no-false-denials.ts";
import { recoversWithin } from "../checkers/recovers-within.ts";
import { redisCost } from "../checkers/redis-cost.ts";
import { withinBound } from "../checkers/within-bound.ts";
import { evidenceOf } from "../history/evidence-of.ts";
import type { History } from "../history/history.ts";
import { seededRandom } from "../load/random.ts";
import { historyOf, randomStories } from "./random-story.ts";
import { withoutAnswers } from "./without-answers.ts";

/** All that can convict, but for `answers-everything`, whose very charge a lost answer is. */
const checkers: readonly Checker[] = [
  withinBound(),
  noFalseDenials(),
  accuracy(),
  headersAreHonest(),
  metricsTellTheTruth(),
  fallbackAsDeclared(),
  recoversWithin(),
  decidesInTime(),
  latencyWithin({ percentile: 99, addedMs: 50 }),
  keysExpire(),
  redisCost(),
];

function convictions(history: History): string[] {
  const evidence = evidenceOf(history);
  return checkers
    .map((checker) => checker.check(evidence))
    .filter(({ verdict }) => verdict === "fail")
    .map(({ checker, summary }) => `${checker}: ${summary}`);
}

describe("a correct limiter", () => {
  it("is convicted by nobody, whatever its policies, the clocks, the ways and what gets lost", async () => {
    await fc.assert(
      fc.asyncProperty(randomStories, async (story) => {
        expect(convictions(await historyOf(story))).toEqual([]);
      }),
      { numRuns: 120 },
    );
  });

  it("does not become guilty when any answers are lost, or say nothing", async () => {
    const losses = fc.record({ seed: fc.nat(1_000_000), share: fc.constantFrom(0.01, 0.1, 0.5, 1) });
    await fc.assert(
      fc.asyncProperty(randomStories, losses, async (story, { seed, share }) => {
        const random = seededRandom(seed, "losses");
        const history = withoutAnswers(await historyOf(story), () =>
          random() < share ? (random() < 0.5 ? "lost" : "error") : null,
        );
        expect(convictions(history)).toEqual([]);
      }),
      { numRuns: 120 },
    );
  });

  it("does not become guilty when one answer alone is lost, whichever it is", async () => {
    await fc.assert(
      fc.asyncProperty(randomStories, fc.nat(), async (story, which) => {
        const whole = await historyOf({ ...story, ratePerSecond: 100, durationMs: 1_000 });
        const many = Math.max(1, whole.requests.count);
        const history = withoutAnswers(whole, (index) => (index === which % many ? "lost" : null));
        expect(convictions(history)).toEqual([]);
      }),
      { numRuns: 120 },
    );
  });
});
