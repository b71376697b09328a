import { describe, expect, it } from "vitest";
import type { FallbackAlgorithm } from "./fallback.ts";
import { shareOf } from "./shares.ts";
import {
  type CutKind,
  forgetfulIncident,
  type Incident,
  incident,
  steadyIncident,
} from "./simulation/incident.ts";
import { type Judgement, judge } from "./simulation/judge.ts";
import { type Outcome, runIncident, type Subject } from "./simulation/run-incident.ts";
import { ours, promiseOf } from "./simulation/subjects.ts";
import { coldFallback, naiveWarmFallback, writesBackTwice, wrongRules } from "./simulation/wrong-rules.ts";

/** Stories a kind of cut; THEOREM_RUNS=20000 takes minutes. */
const RUNS = Number(process.env.THEOREM_RUNS ?? 0);
const KINDS: readonly CutKind[] = ["full", "partial", "mixed"];
const ROUNDING = 1e-9;

const CASES: readonly [FallbackAlgorithm, "equal" | "observed", number][] = [
  ["sliding-log", "equal", 700],
  ["sliding-log", "observed", 100],
  ["sliding-counter", "equal", 100],
  ["fixed-window", "equal", 100],
  ["gcra", "equal", 100],
];

/** What a single full cut never exceeds, whatever was known: max(L, N) * 2 - the least share. */
function boundWithoutKnowledge({ limit, replicas, minimumShare }: Incident): number {
  const shares = Array.from({ length: replicas }, (_, replicaIndex) =>
    shareOf(limit, { replicaIndex, replicaCount: replicas, minimumShare }),
  );
  return (
    2 *
      Math.max(
        limit,
        shares.reduce((a, b) => a + b),
      ) -
    Math.min(...shares)
  );
}

interface Total {
  readonly violations: number[];
  wronglyDenied: number;
  admissions: number;
  local: number;
}

describe("the bound of the fallback", () => {
  for (const [algorithm, share, fewest] of CASES) {
    it.each(KINDS)(
      `holds for ${algorithm}, ${share} shares, in random %s cuts`,
      { timeout: 600_000 },
      (kind) => {
        const runs = RUNS || fewest;
        const total: Total = { violations: [], wronglyDenied: 0, admissions: 0, local: 0 };
        for (let seed = 1; seed <= runs; seed++) {
          const story = incident(seed, kind);
          const outcome = runIncident(story, ours(story, algorithm, share), seed);
          const alone = share === "observed" ? "limit" : "share";
          const { worstExcess, worstRatio } = judge(story, outcome, promiseOf(algorithm), alone);
          const blind = boundWithoutKnowledge(story);
          const blindHolds =
            kind !== "full" ||
            story.cuts.length > 1 ||
            algorithm !== "sliding-log" ||
            worstRatio * story.limit <= blind + ROUNDING;
          if (worstExcess > ROUNDING || !blindHolds) total.violations.push(seed);
          count(total, outcome);
        }
        expect(total.violations).toEqual([]);
        expect(total.local).toBeGreaterThan(runs);
        // What was repaired weighs what it should: Redis denies nothing that has room in truth.
        if (algorithm === "sliding-log") expect(total.wronglyDenied).toBe(0);
      },
    );
  }
});

describe("the bound where Redis loses its data", () => {
  const algorithms = ["sliding-log", "sliding-counter", "fixed-window", "gcra"] as const;

  it.each(algorithms)("is one fresh limit for %s, and none once all have written back", (algorithm) => {
    const runs = RUNS || 300;
    const total: Total = { violations: [], wronglyDenied: 0, admissions: 0, local: 0 };
    let restored = 0;
    for (let seed = 1; seed <= runs; seed++) {
      const story = forgetfulIncident(seed);
      const outcome = runIncident(story, ours(story, algorithm), seed);
      const { worstExcess } = judge(story, outcome, promiseOf(algorithm));
      if (worstExcess > ROUNDING) total.violations.push(seed);
      if (outcome.admissions.some(({ atUs }) => atUs > outcome.restoredUs)) restored++;
      count(total, outcome);
    }
    expect(total.violations).toEqual([]);
    expect(restored).toBeGreaterThan(runs / 2);
    if (algorithm === "sliding-log") expect(total.wronglyDenied).toBe(0);
  });

  it.each(["sliding-log", "fixed-window"] as const)("convicts a %s that writes nothing back", (algorithm) => {
    const seeds = Array.from({ length: 200 }, (_, seed) => seed);
    const guilty = seeds.filter((seed) => {
      const story = forgetfulIncident(seed);
      const subject = ours(story, algorithm);
      const replica = (index: number) => Object.assign(subject.replica(index), { everything: () => [] });
      const outcome = runIncident(story, { ...subject, replica }, seed);
      return judge(story, outcome, promiseOf(algorithm)).worstExcess > 0.01;
    });
    expect(guilty.length).toBeGreaterThan(5);
  });

  it("convicts a sliding-log that writes everything back twice, by what Redis then denies", () => {
    const seeds = Array.from({ length: 200 }, (_, seed) => seed);
    const played = seeds.map((seed) => {
      const story = forgetfulIncident(seed);
      const outcome = runIncident(story, writesBackTwice(story), seed);
      return {
        isOver: judge(story, outcome, "window").worstExcess > ROUNDING,
        isGuilty: outcome.wronglyDenied > 0,
      };
    });
    expect(played.filter(({ isGuilty }) => isGuilty).length).toBeGreaterThan(seeds.length / 4);
    expect(played.filter(({ isOver }) => isOver)).toEqual([]);
  });
});

function count(total: Total, { admissions, wronglyDenied }: Outcome): void {
  total.admissions += admissions.length;
  total.wronglyDenied += wronglyDenied;
  for (const { source } of admissions) if (source === "local") total.local++;
}

describe("a rule with one mistake", () => {
  it.each(wrongRules.map((wrong) => [wrong.name, wrong] as const))(
    "is convicted: %s",
    { timeout: 60_000 },
    (_, wrong) => {
      expect(wrong.seeds.length).toBeGreaterThan(0);
      for (const seed of wrong.seeds) {
        const story = incident(seed, wrong.kind);
        const outcome = runIncident(story, wrong.subject(story), seed);
        if (wrong.convictedBy === "denials") expect(outcome.wronglyDenied).toBeGreaterThan(0);
        else expect(judge(story, outcome, promiseOf(wrong.algorithm)).worstExcess).toBeGreaterThan(0.01);
      }
    },
  );
});

describe("keys that every replica had served within 100 ms of a window of 10 s", () => {
  const worst = (subjectOf: (story: Incident) => Subject): Judgement => {
    const judgements = Array.from({ length: 20 }, (_, seed) => {
      const story = steadyIncident(seed);
      return judge(story, runIncident(story, subjectOf(story), seed), "window");
    });
    return judgements.reduce((a, b) => (a.worstServedRatio > b.worstServedRatio ? a : b));
  };

  it("stay within 1.05 of their limit, where a cold fallback multiplies it", { timeout: 60_000 }, () => {
    expect(worst((story) => ours(story, "sliding-log")).worstServedRatio).toBeLessThanOrEqual(1.05);
    expect(worst((story) => ours(story, "sliding-log", "observed")).worstServedRatio).toBeLessThanOrEqual(
      1.05,
    );
    expect(worst(naiveWarmFallback).worstServedRatio).toBeGreaterThan(1.05);
    expect(worst(coldFallback).worstServedRatio).toBeGreaterThan(4);
  });
});
