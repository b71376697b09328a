import { describe, expect, it } from "vitest";
import type { FallbackAlgorithm } from "../../../limiter/fallback/fallback.ts";
import {
  type Cut,
  type CutKind,
  dice,
  type Incident,
  incident,
  steadyIncident,
  WINDOW_US,
} from "../../../limiter/fallback/simulation/incident.ts";
import { judge } from "../../../limiter/fallback/simulation/judge.ts";
import type { Outcome } from "../../../limiter/fallback/simulation/run-incident.ts";
import { ours, promiseOf } from "../../../limiter/fallback/simulation/subjects.ts";
import { wrongRules } from "../../../limiter/fallback/simulation/wrong-rules.ts";
import { shareOf } from "../../promises/shares.ts";
import { fallbackAsDeclared } from "../fallback-as-declared.ts";
import { noFalseDenials } from "../no-false-denials.ts";
import { recoversWithin } from "../recovers-within.ts";
import { withinBound } from "../within-bound.ts";
import { seenIncident } from "./simulated-outage.ts";

/** Stories a kind; OUTAGE_RUNS=2000 takes minutes. */
const runs = Number(process.env.OUTAGE_RUNS ?? 60);

const algorithms: readonly (readonly [FallbackAlgorithm, "equal" | "observed"])[] = [
  ["sliding-log", "equal"],
  ["sliding-log", "observed"],
  ["sliding-counter", "equal"],
  ["sliding-counter", "observed"],
  ["fixed-window", "equal"],
  ["gcra", "equal"],
];
type Kind = CutKind | "steady" | "flapping";
const kinds: readonly Kind[] = ["full", "partial", "mixed", "steady", "flapping"];

/** Even traffic on one key far above its limit, and a long tail, so that replicas are seen to come back at once. */
function steady(seed: number): Incident {
  const story = steadyIncident(seed);
  const roll = dice(seed ^ 77);
  const tail = Array.from({ length: Math.round(story.untilUs / 1_000) }, (_, i) => ({
    atUs: i * 1_000 + roll.whole(0, 999),
    replica: i % story.replicas,
    key: roll.whole(1, 40),
    cost: 1,
  }));
  return {
    ...story,
    keys: 41,
    maxKeys: roll.pick([10, 1_000]),
    arrivals: [...story.arrivals, ...tail].sort((a, b) => a.atUs - b.atUs),
  };
}

/** The same traffic, and Redis gone again and again, some replicas missing some of it. */
function flapping(seed: number): Incident {
  const roll = dice(seed ^ 1_234);
  const story = steady(seed);
  const all = Array.from({ length: story.replicas }, (_, replica) => replica);
  const cuts: Cut[] = [];
  let atUs = roll.whole(WINDOW_US, 1.5 * WINDOW_US);
  for (let left = roll.whole(2, 5); left > 0; left--) {
    const untilUs = atUs + roll.whole(0.05 * WINDOW_US, 0.8 * WINDOW_US);
    const replicas = new Set(roll.chance(0.8) ? all : all.filter(() => roll.chance(0.5)));
    cuts.push({ fromUs: atUs, untilUs, replicas });
    atUs = untilUs + roll.whole(0.02 * WINDOW_US, 1.2 * WINDOW_US);
  }
  const untilUs = atUs + 2 * WINDOW_US;
  const lastUs = story.untilUs;
  const arrivals = [0, 1, 2, 3, 4, 5].flatMap((lap) =>
    story.arrivals.map((one) => ({ ...one, atUs: one.atUs + lap * lastUs })),
  );
  return { ...story, cuts, untilUs, arrivals: arrivals.filter((one) => one.atUs < untilUs) };
}

function storyOf(kind: Kind, seed: number): Incident {
  if (kind === "flapping") return flapping(seed);
  return kind === "steady" ? steady(seed) : incident(seed, kind);
}

function runsOf(kind: Kind): number {
  return kind === "steady" || kind === "flapping" ? Math.ceil(runs / 10) : runs;
}

describe("an innocent fallback, as it is seen from outside in random outages", () => {
  for (const [algorithm, share] of algorithms)
    it.each(kinds)(`is never convicted: ${algorithm}, ${share} shares, %s`, { timeout: 600_000 }, (kind) => {
      for (let seed = 1; seed <= runsOf(kind); seed++) {
        const story = storyOf(kind, seed);
        const { evidence } = seenIncident(story, ours(story, algorithm, share), algorithm, seed, { share });
        const judge = fallbackAsDeclared({ keysInMemory: story.maxKeys });
        for (const checker of [judge, recoversWithin(), withinBound(), noFalseDenials()]) {
          const { verdict, summary } = checker.check(evidence);
          expect(verdict, `${checker.name}, seed ${seed}: ${summary}`).not.toBe("fail");
        }
      }
    });

  it("has its denials held against its share", () => {
    const judged = algorithms.map(([algorithm, share]) => {
      let count = 0;
      for (let seed = 1; seed <= runsOf("steady"); seed++) {
        const story = steady(seed);
        const { evidence } = seenIncident(story, ours(story, algorithm, share), algorithm, seed, { share });
        count += Number(
          fallbackAsDeclared({ keysInMemory: story.maxKeys }).check(evidence).numbers.judgedLocalDenials ?? 0,
        );
      }
      return { algorithm, share, count };
    });
    console.log(judged);
    for (const { algorithm, share, count } of judged)
      expect(count, `${algorithm}, ${share} shares`).toBeGreaterThan(share === "equal" ? 0 : -1);
  });

  it("passes where traffic is heavy, and one that was hardly asked is inconclusive", () => {
    const verdicts = Array.from({ length: 10 }, (_, index) => {
      const story = steady(index + 1);
      const { evidence } = seenIncident(story, ours(story, "sliding-log"), "sliding-log", index + 1);
      return fallbackAsDeclared({ keysInMemory: story.maxKeys }).check(evidence).verdict;
    });
    expect(verdicts.filter((verdict) => verdict === "pass").length).toBeGreaterThanOrEqual(8);
    const story = steady(1);
    const rare = { ...story, arrivals: story.arrivals.filter((_, i) => i % 100 === 0) };
    const { evidence } = seenIncident(rare, ours(rare, "sliding-log"), "sliding-log", 1);
    expect(fallbackAsDeclared().check(evidence)).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("would not have been convicted"),
    });
  });

  it("is inconclusive where its answers are seen so late that nothing is sharp", () => {
    const story = steady(1);
    const blunt = { latencyMs: 600 };
    const { evidence } = seenIncident(story, ours(story, "sliding-log"), "sliding-log", 1, blunt);
    expect(fallbackAsDeclared().check(evidence).verdict).toBe("inconclusive");
  });
});

/**
 * By brute force over the true instants: whether some replica let in more than its share of a key on its own, in a
 * window that slides or one of the clock's. Of a bucket nothing is said.
 */
function exceedsShare(story: Incident, { admissions }: Outcome, algorithm: FallbackAlgorithm): boolean {
  if (algorithm === "gcra") return false;
  const alone = admissions.filter(({ source }) => source === "local");
  const cell = (us: number): number => Math.floor(us / WINDOW_US);
  const together = (us: number, atUs: number): boolean =>
    algorithm === "fixed-window" ? cell(us) === cell(atUs) : us > atUs - WINDOW_US && us <= atUs;
  return alone.some(({ atUs, key, replica }) => {
    const cost = alone
      .filter((one) => one.key === key && one.replica === replica && together(one.atUs, atUs))
      .reduce((sum, one) => sum + one.cost, 0);
    return cost > shareOf(story.limit, replica, story.replicas);
  });
}

describe("a fallback with one mistake", () => {
  it.each(wrongRules.map((wrong) => [wrong.name, wrong] as const))(
    "is convicted only where brute force over the true instants convicts it: %s",
    { timeout: 600_000 },
    (_, wrong) => {
      const share = { guilty: 0, convicted: 0 };
      for (const kind of [wrong.kind, "steady", "flapping"] as const)
        for (let seed = 1; seed <= runsOf(kind); seed++) {
          const story = storyOf(kind, seed);
          const { evidence, outcome } = seenIncident(story, wrong.subject(story), wrong.algorithm, seed);
          const guilty =
            wrong.convictedBy === "denials"
              ? outcome.wronglyDenied > 0
              : judge(story, outcome, promiseOf(wrong.algorithm)).worstExcess > 0 ||
                exceedsShare(story, outcome, wrong.algorithm);
          const checker =
            wrong.convictedBy === "denials" ? recoversWithin() : fallbackAsDeclared({ keysInMemory: 0 });
          const { verdict, summary } = checker.check(evidence);
          if (guilty) share.guilty++;
          if (verdict === "fail") share.convicted++;
          if (verdict === "fail") expect(guilty, `${kind}, seed ${seed}: ${summary}`).toBe(true);
        }
      console.log(`${wrong.name}: ${share.convicted} of ${share.guilty} guilty histories convicted`);
      if (share.guilty > runs / 4) expect(share.convicted).toBeGreaterThan(0);
    },
  );
});
