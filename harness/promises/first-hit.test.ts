import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { noFalseDenials } from "../checkers/no-false-denials.ts";
import { withinBound } from "../checkers/within-bound.ts";
import type { Evidence } from "../history/evidence.ts";
import { evidenceFromRows, type Row } from "../history/evidence-from-rows.ts";
import type { FaultRecord } from "../history/history.ts";
import { countedBy, tracesOf } from "../history/traces-of.ts";
import { type Random, seededRandom } from "../load/random.ts";

const windowMs = 500;
const promisedOf = (limit: number) => ({ kind: "fixed", limit, windowMs, phase: "first-hit" }) as const;

interface Story {
  readonly seed: number;
  readonly limit: number;
  /** The limiter lets in so many more than its limit. */
  readonly extra: number;
  readonly latencyMs: number;
  readonly lostShare: number;
  readonly mostCost: number;
  readonly replicas: number;
  /** Each replica counts for itself. */
  readonly isPerReplica: boolean;
  /** Two subjects have one owner, for whom they count. */
  readonly isOwned: boolean;
  /** Who is turned away opens a window, too. */
  readonly opensForAll: boolean;
  /** Clocks of replicas are apart by so much, or time goes in such steps. */
  readonly slackMs: number;
  /** All that was counted is lost on the way. */
  readonly losesState: boolean;
}

const stories: fc.Arbitrary<Story> = fc.record({
  seed: fc.nat(1_000_000),
  limit: fc.integer({ min: 1, max: 30 }),
  extra: fc.constant(0),
  latencyMs: fc.constantFrom(0.1, 4, 60),
  lostShare: fc.constantFrom(0, 0.05, 0.4),
  mostCost: fc.constantFrom(1, 1, 4),
  replicas: fc.constantFrom(1, 3),
  isPerReplica: fc.boolean(),
  isOwned: fc.boolean(),
  opensForAll: fc.boolean(),
  slackMs: fc.constantFrom(0, 1, 20),
  losesState: fc.boolean(),
});

const lossMs = 11_000;

/** One window a key from its first hit on; `itsMs` is what the clock of whoever decides says. */
function firstHitWindows(most: number, opensForAll: boolean) {
  const windows = new Map<string, { endMs: number; count: number }>();
  return {
    windows,
    decides(key: string, itsMs: number, cost: number): boolean {
      let window = windows.get(key);
      if (window === undefined || itsMs >= window.endMs) {
        window = { endMs: itsMs + windowMs, count: 0 };
        if (opensForAll || cost <= most) windows.set(key, window);
      }
      if (window.count + cost > most) return false;
      window.count += cost;
      return true;
    },
  };
}

/** What the clients of `story` see. */
function rowsOf(story: Story): Row[] {
  const { seed, limit, extra, latencyMs, lostShare, mostCost, replicas, slackMs } = story;
  const random = seededRandom(seed, "first-hit");
  const { windows, decides } = firstHitWindows(limit + extra, story.opensForAll);
  const rows: Row[] = [];
  let isLost = !story.losesState;
  for (let atMs = 10_000; rows.length < 300; atMs += gapMs(random)) {
    if (!isLost && atMs > lossMs) windows.clear();
    if (atMs > lossMs) isLost = true;
    const replica = Math.floor(random() * replicas);
    const subject = `${random() < 0.7 ? "a" : "b"}`;
    const key = `${story.isOwned ? "owner" : subject}${story.isPerReplica ? replica : ""}`;
    const cost = 1 + Math.floor(random() * mostCost);
    const itsMs =
      replicas > 1
        ? atMs + (slackMs * replica) / replicas
        : slackMs > 0
          ? slackMs * Math.floor(atMs / slackMs)
          : atMs;
    const sent = { subject, replica, cost, source: "redis", sentMs: atMs - latencyMs * random() } as const;
    const isLetIn = decides(key, itsMs, cost);
    const receivedMs = atMs + latencyMs * random();
    rows.push(random() < lostShare ? sent : { ...sent, receivedMs, outcome: isLetIn ? "allowed" : "denied" });
  }
  return rows;
}

function gapMs(random: Random): number {
  return random() < 0.05 ? 700 * random() : 10 * random();
}

function evidenceOf(story: Story): Evidence {
  const { limit, isPerReplica, isOwned, losesState, slackMs } = story;
  const policy = { name: "p", limit, windowMs };
  const upper = promisedOf(limit);
  const evidence = evidenceFromRows({
    policy,
    promises: { upper, lower: upper, isPerReplica },
    rows: rowsOf(story),
    faults: losesState ? [loss] : [],
    slackMs,
  });
  if (!isOwned) return evidence;
  const history = {
    ...evidence.history,
    belongs: { tenant: evidence.history.subjects.map(() => "owner") },
  };
  const counted = countedBy(history, "tenant");
  const claims = evidence.claims.map((claim) => ({
    ...claim,
    subjects: counted.names,
    traces: tracesOf(history, counted),
  }));
  return { history, claims };
}

const loss: FaultRecord = {
  name: "redis-flush",
  legend: "Redis forgets all",
  replicas: [0, 1, 2],
  losesState: "all",
  fromMs: lossMs - 1,
  injectedMs: lossMs + 60,
  healingMs: lossMs + 60,
  untilMs: lossMs + 60,
  verified: "seen",
  healed: "seen",
};

describe("windows from the first hit", () => {
  it("are never convicted if they are kept, whoever decides by whatever clock, and whatever is lost", () => {
    fc.assert(
      fc.property(stories, (story) => {
        const evidence = evidenceOf(story);
        for (const checker of [withinBound(), noFalseDenials()]) {
          const { verdict, summary } = checker.check(evidence);
          expect(verdict, summary).not.toBe("fail");
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it("are mostly convicted of one too many, at random, and mostly shown to be kept", () => {
    const random = seededRandom(1, "one too many");
    const share = (extra: number, wanted: string): number => {
      let found = 0;
      for (let seed = 1; seed <= 150; seed++) {
        const story = { ...plain, seed, limit: 5 + Math.floor(random() * 30), extra };
        if (withinBound().check(evidenceOf(story)).verdict === wanted) found++;
      }
      return found / 150;
    };
    const [guilty, innocent] = [share(1, "fail"), share(0, "pass")];
    console.info(`one too many: ${guilty.toFixed(2)} convicted; kept: ${innocent.toFixed(2)} shown`);
    expect(guilty).toBeGreaterThan(0.6);
    expect(innocent).toBeGreaterThan(0.6);
  });

  it("are always convicted of one too many before a window can have ended since anybody asked", () => {
    fc.assert(
      fc.property(
        fc.nat(1_000_000),
        fc.integer({ min: 1, max: 60 }),
        fc.boolean(),
        (seed, limit, isDeniedFirst) => {
          const random = seededRandom(seed, "fresh");
          const first: Row = { sentMs: 0, receivedMs: 1, cost: limit + 1, outcome: "denied" };
          const letIn = Array.from({ length: limit + 1 }, (): Row => {
            const sentMs = random() * (windowMs - 3);
            return { sentMs, receivedMs: sentMs + random() };
          });
          const upper = promisedOf(limit);
          const { verdict } = withinBound().check(
            evidenceFromRows({
              policy: { name: "p", limit, windowMs },
              promises: { upper, lower: upper },
              rows: isDeniedFirst ? [first, ...letIn] : letIn,
              slackMs: 1,
            }),
          );
          expect(verdict).toBe("fail");
        },
      ),
    );
  });

  it("may have begun before the first that is let in: with one that was turned away, or that is lost", () => {
    const limit = 10;
    const upper = promisedOf(limit);
    const burst = (count: number, fromMs: number): Row[] =>
      Array.from({ length: count }, (_, i) => ({
        sentMs: fromMs + i * 0.1,
        receivedMs: fromMs + i * 0.1 + 0.1,
      }));
    const verdictOf = (first: readonly Row[]): string =>
      withinBound().check(
        evidenceFromRows({
          policy: { name: "p", limit, windowMs },
          promises: { upper, lower: upper },
          // One window ends at 500 ms and the next begins: both are full.
          rows: [...first, ...burst(limit, 450), ...burst(limit, 501)],
        }),
      ).verdict;
    expect(verdictOf([])).toBe("fail");
    expect(verdictOf([{ sentMs: 0, receivedMs: 0.5, cost: 11, outcome: "denied" }])).not.toBe("fail");
    expect(verdictOf([{ sentMs: 0 }])).not.toBe("fail");
  });
});

const plain: Story = {
  seed: 1,
  limit: 10,
  extra: 0,
  latencyMs: 4,
  lostShare: 0,
  mostCost: 1,
  replicas: 1,
  isPerReplica: false,
  isOwned: true,
  opensForAll: false,
  slackMs: 1,
  losesState: false,
};
