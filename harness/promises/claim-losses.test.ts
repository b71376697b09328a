import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Promised } from "../../limiter/promised.ts";
import { noFalseDenials } from "../checkers/no-false-denials.ts";
import { withinBound } from "../checkers/within-bound.ts";
import { evidenceFromRows, type Row } from "../history/evidence-from-rows.ts";
import type { FaultRecord, ReplicaLife } from "../history/history.ts";
import type { Source } from "../history/requests.ts";
import { seededRandom } from "../load/random.ts";
import { exactLimiter } from "./exact-limiter.ts";
import { policyOf } from "./simulated-rows.ts";

const limit = 20;
const windowMs = 400;
const kinds: readonly Promised[] = [
  { kind: "window", limit, windowMs },
  { kind: "rate", burst: limit, limit, windowMs },
  { kind: "two-counters", limit, windowMs, phase: "unknown" },
  { kind: "fixed", limit, windowMs, phase: "unknown" },
  { kind: "fixed", limit, windowMs, phase: "first-hit" },
];
const named = kinds.map((promised) => ({ name: Object.values(promised).join(" "), promised }));

/** Replica 1 is killed here, and another process of it answers from there on. */
const killedMs = 2_000;
const againMs = 2_100;
const lives: readonly ReplicaLife[] = [
  { replica: 0, fromMs: 0, untilMs: null },
  { replica: 1, fromMs: 0, untilMs: killedMs },
  { replica: 1, fromMs: againMs - 20, untilMs: null },
];
const kill: FaultRecord = {
  ...{ name: "gateway-kill", legend: "gateways are killed", replicas: [1], losesState: "none" },
  ...{ fromMs: killedMs - 5, injectedMs: killedMs, healingMs: againMs - 25, untilMs: againMs },
  ...{ verified: "refused", healed: "answered" },
};

interface Story {
  readonly promised: Promised;
  readonly seed: number;
  readonly source: Source;
  /** Replicas that each keep the promise alone. */
  readonly replicas: 1 | 2;
  /** Who begins with an empty memory when replica 1 is killed. @default replica 1 */
  readonly forgetful?: number;
}

/** What clients see of exact limiters in the memory of each process. */
function seen({ promised, seed, source, replicas, forgetful = 1 }: Story): Row[] {
  const random = seededRandom(seed, "claim-losses");
  const fresh = () => exactLimiter(promised, Math.floor(random() * windowMs));
  const limiters = [fresh(), fresh()];
  const rows: Row[] = [];
  let hasForgotten = false;
  for (let atMs = 1_000; atMs < 3_500; atMs += random() * 6) {
    const replica = replicas === 1 ? 1 : Math.floor(random() * 2);
    if (replica === 1 && atMs >= killedMs && atMs < againMs) {
      rows.push({ sentMs: atMs, replica, outcome: "lost" });
      continue;
    }
    if (atMs >= againMs && !hasForgotten) {
      hasForgotten = true;
      limiters[forgetful] = fresh();
    }
    const limiter = limiters[replica];
    const isFree = (limiter?.room(atMs) ?? 0) >= 1;
    if (isFree) limiter?.consume(atMs, 1);
    const outcome = isFree ? "allowed" : "denied";
    const [wayMs, backMs] = [random(), random()];
    rows.push({ sentMs: atMs - wayMs, receivedMs: atMs + backMs, replica, source, outcome });
  }
  return rows;
}

const judged = (story: Story, faults: readonly FaultRecord[] = [kill]) => {
  const { promised, replicas } = story;
  const promises = { upper: promised, lower: promised, isPerReplica: replicas === 2 };
  const evidence = evidenceFromRows({
    policy: policyOf(promised),
    promises,
    rows: seen(story),
    faults,
    lives,
  });
  return [withinBound().check(evidence), noFalseDenials().check(evidence)];
};

describe("a limiter in the memory of a process that is killed", () => {
  it.each(named)("is convicted of nothing that it promises: $name", ({ promised }) => {
    fc.assert(
      fc.property(fc.nat(), fc.constantFrom<1 | 2>(1, 2), (seed, replicas) => {
        for (const source of ["local", "unlabelled"] as const)
          for (const { verdict, summary } of judged({ promised, seed, source, replicas }))
            expect(verdict, `${source}: ${summary}`).not.toBe("fail");
      }),
      { numRuns: 40 },
    );
  });

  const promised: Promised = { kind: "window", limit, windowMs };
  const story: Story = { promised, seed: 1, source: "local", replicas: 2 };

  it("passes, and the finding says that state was lost", () => {
    const [bound] = judged(story);
    expect(bound?.verdict).toBe("pass");
    expect(bound?.notes).toContain("State was lost once: spans are judged before and after, never across");
  });

  it("is no excuse for another process that forgets", () => {
    expect(judged({ ...story, forgetful: 0 })[0]?.verdict).toBe("fail");
  });

  it("is no excuse for who says that Redis decides", () => {
    expect(judged({ ...story, source: "redis" })[0]?.verdict).toBe("fail");
    expect(judged({ ...story, source: "redis", replicas: 1 })[0]?.verdict).toBe("fail");
  });

  it("lets in no more than the limit after it, and is convicted of more", () => {
    const rows = seen(story);
    const promises = { upper: promised, lower: promised, isPerReplica: true };
    const more = Array.from({ length: limit + 1 }, (_, i): Row => {
      const sentMs = againMs + i;
      return { sentMs, receivedMs: sentMs + 1, replica: 1, source: "local" };
    });
    const evidence = evidenceFromRows({
      ...{ policy: policyOf(promised), promises, faults: [kill], lives },
      rows: [...rows.filter(({ sentMs }) => sentMs < killedMs), ...more],
    });
    expect(withinBound().check(evidence)).toMatchObject({
      verdict: "fail",
      witness: { rowCount: limit + 1 },
    });
  });
});
