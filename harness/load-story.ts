import type { Policy } from "../limiter/policy.ts";
import { accuracy } from "./checkers/accuracy.ts";
import { answersEverything } from "./checkers/answers-everything.ts";
import type { Checker } from "./checkers/checker.ts";
import { latencyWithin } from "./checkers/latency-within.ts";
import { loadQuality } from "./checkers/load-quality.ts";
import { noFalseDenials } from "./checkers/no-false-denials.ts";
import { withinBound } from "./checkers/within-bound.ts";
import type { Phase, Scenario, ScenarioRequest } from "./scenario.ts";
import { warmUp } from "./warm-up.ts";

/** What one story of load has of its own. */
export interface LoadStory {
  /** One sentence: what a reader of its report learns. */
  readonly about: string;
  readonly policies?: readonly Policy[];
  /** @default 3 */
  readonly replicas?: number;
  /** What is judged, after a warm-up. */
  readonly phases: (request: ScenarioRequest, policy: Policy) => readonly Phase[];
  /** The limiter that the story is about, if no other is asked for. */
  readonly variant?: string;
  /**
   * Phases that must have shown that nothing extra is let in, and nothing wrongly denied, as sharply as 5 %: those in
   * which somebody runs into the limit. @default all
   */
  readonly sharpPhases?: readonly string[];
  /** Judged besides the usual checkers. */
  readonly checkers?: readonly Checker[];
}

/** A hundred requests in any two seconds: a few keys use it up at any rate. */
export const loadPolicy: Policy = { name: "load", limit: 100, windowMs: 2_000 };

/** A scenario in which nothing breaks: a warm-up, then the phases of the story. */
export function loadStory(story: LoadStory): Scenario {
  const { about, policies = [loadPolicy], replicas = 3, variant, sharpPhases, checkers = [] } = story;
  const strict = sharpPhases === undefined ? {} : { phases: sharpPhases };
  return {
    about,
    policies,
    replicas,
    phases: (request) => [...warmUp(request), ...story.phases(request, request.policies[0] ?? loadPolicy)],
    checkers: [
      withinBound(strict),
      noFalseDenials(strict),
      accuracy(),
      answersEverything(),
      latencyWithin({ percentile: 99, addedMs: 50 }),
      loadQuality(),
      ...checkers,
    ],
    ...(variant === undefined ? {} : { variant }),
  };
}
