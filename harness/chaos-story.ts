import type { Policy } from "../limiter/policy.ts";
import { accuracy } from "./checkers/accuracy.ts";
import { answersEverything } from "./checkers/answers-everything.ts";
import type { Checker } from "./checkers/checker.ts";
import { decidesInTime } from "./checkers/decides-in-time.ts";
import { fallbackAsDeclared } from "./checkers/fallback-as-declared.ts";
import { faultsTookEffect } from "./checkers/faults-took-effect.ts";
import { latencyWithin } from "./checkers/latency-within.ts";
import { loadQuality } from "./checkers/load-quality.ts";
import { metricsTellTheTruth } from "./checkers/metrics-tell-the-truth.ts";
import { noFalseDenials } from "./checkers/no-false-denials.ts";
import { recoversWithin } from "./checkers/recovers-within.ts";
import { redisCost } from "./checkers/redis-cost.ts";
import { withinBound } from "./checkers/within-bound.ts";
import type { PlannedFault } from "./faults/planned-fault.ts";
import type { Load } from "./load/arrival.ts";
import type { KeyChooser } from "./load/key-chooser.ts";
import { poisson } from "./load/poisson.ts";
import { zipfKeys } from "./load/zipf-keys.ts";
import type { Phase, Scenario, ScenarioRequest } from "./scenario.ts";
import { warmUp } from "./warm-up.ts";

/** The judged phases of every story. */
export type StoryPhase = "baseline" | "fault" | "recovery";

/** What one story has of its own. */
export interface ChaosStory {
  /** One sentence: what a reader of its report learns. */
  readonly about: string;
  readonly policies?: readonly Policy[];
  /** @default 3 */
  readonly replicas?: number;
  /** Length of the phase `fault` before it is stretched. @default 6_000 */
  readonly faultMs?: number;
  /** What breaks. `faultMs` is the length of the phase `fault`; what is to last as long as it heals with it. */
  readonly faults: (request: ScenarioRequest, faultMs: number) => readonly PlannedFault[];
  /** Changes the load of a phase. @default as it is */
  readonly shape?: (load: Load, phase: StoryPhase, request: ScenarioRequest) => Load;
  /** Share of the rate that the command line asks for. @default 1 */
  readonly rateShare?: number;
  /** Who asks, all phases alike. @default a hot key, a calm one and a long tail, and in the recovery a newcomer */
  readonly keys?: (ratePerSecond: number, policy: Policy) => KeyChooser;
  /** The limiter that the story is about, if no other is asked for. */
  readonly variant?: string;
  /** Options of the checkers where the story needs others. */
  readonly unanswered?: Parameters<typeof answersEverything>[0];
  /**
   * A pass needs a history that would have convicted a fallback exceeding its bound by this share. Where Redis still
   * answers now and then, the bound is a share more for each replica, which a limiter that keeps to it never comes near.
   * @default 0.05
   */
  readonly fallbackBlindShare?: number;
  /** As above, of the strict promise. @default 0.05 */
  readonly strictBlindShare?: number;
  /** Phases in which the strict promise must be shown to hold. @default baseline and recovery */
  readonly strictPhases?: readonly StoryPhase[];
  /** Judged besides the usual checkers. */
  readonly checkers?: readonly Checker[];
  readonly gates?: readonly string[];
}

/** A thousand requests in any two seconds: small enough for a hot key to be at its limit all the time. */
export const storyPolicy: Policy = { name: "chaos", limit: 1_000, windowMs: 2_000 };

const baselineMs = 4_000;
/** Back on Redis, the gate, one window, and time to show that the promise holds again. */
const recoveryMs = 9_000;

/**
 * A scenario with the phases warm-up, baseline, fault and recovery under one steady load: a hot key that is at its
 * limit all the time, a calm one that never is, and a long tail. They live through all phases, so that the transitions
 * are judged too. In the recovery a newcomer runs into its limit: of it nothing was lost or decided without Redis, so it
 * proves that the promise holds again, where a bucket has not been empty since, or answers of the others have failed.
 */
export function chaosStory(story: ChaosStory): Scenario {
  const {
    about,
    policies = [storyPolicy],
    replicas = 3,
    faultMs = 6_000,
    gates,
    variant,
    checkers = [],
  } = story;
  const {
    strictPhases = ["baseline", "recovery"],
    strictBlindShare = 0.05,
    fallbackBlindShare = 0.05,
  } = story;
  const strict = { phases: strictPhases, maxBlindShare: strictBlindShare };
  return {
    about,
    policies,
    replicas,
    phases: (request) => [
      ...warmUp(request, { ramping: storyKeys(request.ratePerSecond, storyPolicy) }),
      ...judged(story, request, faultMs * request.stretch),
    ],
    faults: (request) => story.faults(request, faultMs * request.stretch),
    checkers: [
      withinBound(strict),
      noFalseDenials(strict),
      fallbackAsDeclared({ phases: ["fault", "recovery"], maxBlindShare: fallbackBlindShare }),
      decidesInTime(),
      recoversWithin(),
      metricsTellTheTruth(),
      redisCost({ phases: ["baseline"] }),
      faultsTookEffect(),
      accuracy(),
      answersEverything(story.unanswered ?? {}),
      latencyWithin({ percentile: 99, addedMs: 50, phases: ["baseline"] }),
      loadQuality({ offSlotShare: 0.05 }),
      ...checkers,
    ],
    ...(gates === undefined ? {} : { gates }),
    ...(variant === undefined ? {} : { variant }),
  };
}

function judged(story: ChaosStory, request: ScenarioRequest, faultMs: number): readonly Phase[] {
  const { shape = (load: Load) => load, rateShare = 1 } = story;
  const ratePerSecond = request.ratePerSecond * rateShare;
  const policy = request.policies[0] ?? storyPolicy;
  const keysOf = (name: StoryPhase) =>
    story.keys?.(ratePerSecond, policy) ?? storyKeys(ratePerSecond, policy, name === "recovery");
  const lengths = {
    baseline: baselineMs * request.stretch,
    fault: faultMs,
    recovery: recoveryMs * Math.max(1, request.stretch),
  };
  return (["baseline", "fault", "recovery"] as const).map((name) => ({
    name,
    load: shape(poisson({ ratePerSecond, durationMs: lengths[name], keys: keysOf(name) }), name, request),
  }));
}

/** The calm key gets 60 % of what its policy allows it. */
function storyKeys(ratePerSecond: number, { limit, windowMs }: Policy, hasNewcomer = false): KeyChooser {
  const calmShare = Math.min(0.2, (0.6 * limit * 1_000) / windowMs / ratePerSecond);
  return zipfKeys({
    hot: [
      { key: "hot", share: hasNewcomer ? 0.35 : 0.4 },
      { key: "calm", share: calmShare },
      ...(hasNewcomer ? [{ key: "newcomer", share: 0.35 }] : []),
    ],
    tailKeys: 2_000,
  });
}
