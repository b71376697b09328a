import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type EvidenceOptions, evidenceFromRows } from "../history/evidence-from-rows.ts";
import type { FaultRecord, Visit } from "../history/history.ts";
import { readFields } from "./headers/field-mistakes.ts";
import { simulatedVisits, type Told } from "./headers/simulated-visits.ts";
import { headersAreHonest } from "./headers-are-honest.ts";

const policy = { name: "retry", limit: 5, windowMs: 3_000 };
const check = (
  visits: readonly Visit[],
  clockDoubt: string | null = null,
  more: Partial<EvidenceOptions> = {},
) => {
  const evidence = evidenceFromRows({ policy, rows: [], clockDoubt, ...more });
  return headersAreHonest().check({ ...evidence, history: { ...evidence.history, visits } });
};
const changed = (visits: readonly Visit[], change: (fields: Visit["fields"]) => Visit["fields"]): Visit[] =>
  visits.map((visit) => ({ ...visit, fields: change(visit.fields) }));
const fault = (more: Partial<FaultRecord> & Pick<FaultRecord, "fromMs" | "untilMs">): FaultRecord => ({
  ...{ name: "fault", legend: "Redis is broken", replicas: [0], losesState: "none" },
  ...{ injectedMs: more.fromMs, healingMs: more.untilMs, verified: "seen", healed: "seen" },
  ...more,
});
/** Redis is emptied about then, and healed later. */
const losing = (atMs: number): FaultRecord =>
  fault({ fromMs: atMs - 5, injectedMs: atMs + 5, untilMs: atMs + 500, losesState: "all" });
const visits = simulatedVisits(policy, { seed: 1 });

describe("headers-are-honest", () => {
  it("passes what is true, and says how much of it was seen", () => {
    const finding = check(visits);
    expect(finding.verdict, finding.summary).toBe("pass");
    expect(finding.numbers.cameInTime).toBeGreaterThan(10);
    expect(finding.numbers.cameEarly).toBeGreaterThan(0);
    expect(finding.numbers.quotasJudged).toBe(visits.length);
  });

  it.each<[string, (told: Told) => Told, RegExp]>([
    [
      "a reset one window late",
      (told) => ({ ...told, resetMs: told.resetMs + 3_000 }),
      /was told t=\d, where all/,
    ],
    [
      "a wait rounded down",
      (told) => ({ ...told, retryAfterMs: 1_000 * Math.floor(told.retryAfterMs / 1_000) }),
      /was told to come back after \d s, came after .* and was turned away/,
    ],
    [
      "a wait of the whole window",
      (told) => ({ ...told, retryAfterMs: told.isAllowed ? 0 : 3_000 }),
      /was told to wait 3 s, and was let in after/,
    ],
    [
      "one more than remains",
      (told) => ({ ...told, remaining: told.remaining + 1 }),
      /r=\d, where at most \d can/,
    ],
    [
      "one less than remains",
      (told) => ({ ...told, remaining: told.remaining - 1 }),
      /r=\d, where at least \d must/,
    ],
  ])("convicts %s", (_, tells, words) => {
    const finding = check(simulatedVisits(policy, { seed: 1 }, tells));
    expect(finding.verdict).toBe("fail");
    expect([finding.summary, ...(finding.notes ?? [])].join("\n")).toMatch(words);
  });

  it.each<[string, Visit["fields"], string]>([
    ["no quotes", { ratelimit: "retry;r=1;t=1" }, "a policy's name is a String in quotes, not a token"],
    ["a fraction", { "retry-after": "1.5" }, '"1.5" is neither whole seconds nor a date'],
    ["another limit", { "ratelimit-policy": '"retry";q=6;w=3' }, 'gives "retry" 6, where 5 is promised'],
    ["another window", { "ratelimit-policy": '"retry";q=5;w=30' }, 'gives "retry" a window of 30 s'],
  ])("convicts a field with %s", (_, wrong, words) => {
    const finding = check(changed(visits, (fields) => ({ ...fields, ...wrong })));
    expect(finding.verdict).toBe("fail");
    expect(finding.summary).toContain(words);
  });

  it.each([
    [2_500, 2, 3],
    [2_500, 3, 3],
    [1_001, 1, 5],
    [300, 0, 2],
  ])("lets a window of %i ms be told as %i s, but not as %i s more", (windowMs, seconds, off) => {
    const mistakes = (w: number) => {
      const fields = { "ratelimit-policy": `"retry";q=5;w=${w}` };
      return readFields({ ...(visits[0] as Visit), fields }, [{ ...policy, windowMs }]).mistakes;
    };
    expect(mistakes(seconds)).toEqual([]);
    expect(mistakes(seconds + off)).toHaveLength(1);
  });

  it("holds replicas that count alone to what each of them said and let in", () => {
    for (let seed = 1; seed <= 20; seed++) {
      const seen = [0, 1, 2].flatMap((replica) =>
        simulatedVisits(policy, { seed: 3 * seed + replica }).map((visit): Visit => ({ ...visit, replica })),
      );
      const inOrder = seen.sort((a, b) => a.sentMs - b.sentMs);
      const finding = check(inOrder, null, { promises: { isPerReplica: true } });
      expect(finding.verdict, finding.summary).toBe("pass");
      expect(check(inOrder).verdict).toBe("fail");
    }
  });

  it("begins every history anew where a fault loses state, and judges what comes after", () => {
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: 2_000, max: 9_000 }), (seed, losesAtMs) => {
        const seen = simulatedVisits(policy, { seed, losesAtMs });
        const faults = [losing(losesAtMs)];
        expect(check(seen, null, { faults }).verdict).not.toBe("fail");
      }),
      { numRuns: 100 },
    );
    const losesAtMs = 5_000;
    const faults = [losing(losesAtMs)];
    expect(check(simulatedVisits(policy, { seed: 1, losesAtMs })).verdict).toBe("fail");
    const late = simulatedVisits(policy, { seed: 1, losesAtMs }).map((visit): Visit => {
      const ratelimit = visit.fields.ratelimit?.replace(/r=(\d)/, (_, r) => `r=${Number(r) + 1}`) ?? "";
      return visit.sentMs < 12_000 ? visit : { ...visit, fields: { ...visit.fields, ratelimit } };
    });
    expect(check(late, null, { faults }).summary).toMatch(/was told r=\d, where at most/);
  });

  it("takes what does not say who decided, from a fault on, for decided alone", () => {
    const alone = { fromMs: 5_000, untilMs: 8_000 };
    const faults = [fault({ ...alone, cutsOff: true })];
    const times = { deadlineMs: 50, probeIntervalMs: 375 };
    const withoutRedis = { kind: "local", share: "equal", writesBack: false, ...times } as const;
    const unlabelled = (seed: number) =>
      simulatedVisits(policy, { seed, alone }).map((visit): Visit => ({ ...visit, source: "unlabelled" }));
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        const more = { faults, promises: { withoutRedis } };
        expect(check(unlabelled(seed), null, more).verdict).not.toBe("fail");
        expect(check(unlabelled(seed), null, { faults }).verdict).not.toBe("fail");
      }),
      { numRuns: 100 },
    );
    expect(check(unlabelled(1)).verdict).toBe("fail");
  });

  it("is inconclusive where hardly anybody came back, nobody was answered, or no clock can be trusted", () => {
    expect(check(visits.slice(0, 10)).verdict).toBe("inconclusive");
    expect(check(visits, "the clock moved").verdict).toBe("inconclusive");
    const lost = visits.map((visit): Visit => ({ ...visit, outcome: "lost", receivedMs: null, fields: {} }));
    expect(check(lost).verdict).toBe("inconclusive");
  });

  it("does not apply without clients that own their subjects, or without fields", () => {
    expect(check([]).verdict).toBe("not-applicable");
    expect(check(changed(visits, () => ({}))).verdict).toBe("not-applicable");
  });

  it("judges what was decided without Redis by its grammar alone", () => {
    const lied = simulatedVisits(policy, { seed: 1 }, (told) => ({ ...told, remaining: 9 }));
    const local = lied.map((visit): Visit => ({ ...visit, source: "local" }));
    expect(check(local)).toMatchObject({ verdict: "inconclusive", numbers: { quotasJudged: 0 } });
  });

  it("never convicts an exact limiter, whatever answers are lost", () => {
    fc.assert(
      fc.property(
        fc.nat(),
        fc.integer({ min: 1, max: 9 }),
        fc.infiniteStream(fc.nat(9)),
        (seed, limit, chance) => {
          const seen = simulatedVisits(
            { ...policy, limit: 5 },
            { seed, clients: 1, forMs: 8_000 + limit * 500 },
          );
          const lost = seen.map((visit): Visit => {
            const isLost = chance.next().value === 0;
            return isLost
              ? { ...visit, outcome: "lost", receivedMs: null, source: "unlabelled", fields: {} }
              : visit;
          });
          expect(check(seen).verdict).not.toBe("fail");
          expect(check(lost).verdict).not.toBe("fail");
        },
      ),
      { numRuns: 200 },
    );
  });
});
