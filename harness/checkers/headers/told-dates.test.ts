import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Promised } from "../../../limiter/promised.ts";
import { type EvidenceOptions, evidenceFromRows } from "../../history/evidence-from-rows.ts";
import type { FaultRecord, Visit } from "../../history/history.ts";
import { headersAreHonest } from "../headers-are-honest.ts";
import { obedientGetIn } from "../obedient-get-in.ts";
import { visitsToExact } from "./visits-to-exact.ts";

const policy = { name: "retry", limit: 5, windowMs: 3_000 };
const kinds: readonly Promised[] = [
  { kind: "window", limit: 5, windowMs: 3_000 },
  { kind: "rate", burst: 5, limit: 1, windowMs: 3_000 },
  { kind: "two-counters", limit: 5, windowMs: 3_000 },
  { kind: "fixed", limit: 5, windowMs: 3_000, phase: "epoch" },
  { kind: "fixed", limit: 5, windowMs: 3_000, phase: "first-hit" },
];
const named = kinds.map((promised) => ({ name: Object.values(promised).join(" "), promised }));

type Rounds = (value: number) => number;
/** The wall clock of the limiter less the monotonic one: some time in 2027. */
const epochMs = 1_800_000_000_123;
const dateOf = (ms: number, rounds: Rounds = Math.floor): string =>
  new Date(1_000 * rounds((epochMs + ms) / 1_000)).toUTCString();

/** Says dates; `lies` changes the wait before it becomes one. */
const saysDates =
  (rounds: Rounds = Math.floor, lies: Rounds = (waitMs) => waitMs) =>
  (waitMs: number, decidedMs: number, receivedMs: number): Visit["fields"] => ({
    "retry-after": dateOf(decidedMs + lies(waitMs), rounds),
    date: dateOf((decidedMs + receivedMs) / 2),
  });

const evidenceOf = (visits: readonly Visit[], more: Partial<EvidenceOptions> = {}) => {
  const evidence = evidenceFromRows({ policy, rows: [], ...more });
  return { ...evidence, history: { ...evidence.history, visits } };
};
const check = (visits: readonly Visit[], more: Partial<EvidenceOptions> = {}) =>
  headersAreHonest().check(evidenceOf(visits, more));

/** As clients see it whose own clock is the limiter's. */
const undated = (visits: readonly Visit[]): Visit[] =>
  visits.map(({ fields: { date: _, ...fields }, ...visit }) => ({
    ...{ ...visit, fields },
    ...(visit.receivedMs === null ? {} : { ourClockMs: epochMs + visit.receivedMs }),
  }));

describe.each(named)("dates of an exact limiter of $name", ({ promised }) => {
  const more = { promises: { upper: promised, lower: promised } };

  it("are never convicted, however they are rounded and however slow the answers", () => {
    const rounds = fc.constantFrom(Math.floor, Math.round, Math.ceil);
    fc.assert(
      fc.property(fc.nat(), rounds, fc.constantFrom(0.1, 20, 600), (seed, how, longestMs) => {
        const told = { policy, promised, seed, longestMs, clients: 2, dated: saysDates(how) };
        const visits = visitsToExact(told);
        for (const seen of [visits, undated(visits)]) {
          const { verdict, summary } = check(seen, more);
          expect(verdict, summary).not.toBe("fail");
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe("dates of a sliding window", () => {
  const [promised] = kinds as [Promised];
  const told = (lies?: Rounds) =>
    visitsToExact({ policy, promised, seed: 1, dated: saysDates(Math.floor, lies) });

  it("pass where they are true, by the Date of the answer and by our clock", () => {
    const honest = told();
    expect(check(honest)).toMatchObject({ verdict: "pass" });
    expect(check(undated(honest))).toMatchObject({ verdict: "pass" });
    expect(obedientGetIn().check(evidenceOf(honest)).numbers.cameBack).toBeGreaterThan(10);
  });

  it.each<[string, Rounds, RegExp]>([
    ["a date in the past century", () => -1e12, /was told to come back [\d,]+ s ago/],
    ["a date a minute ago", () => -60_000, /was told to come back 60(\.\d)? s ago/],
    ["the present", () => 0, /leaves no room by then|and was turned away/],
    ["a window too late", (waitMs) => waitMs + 3_000, /where all that it used leaves room within/],
    ["an hour from now", () => 3_600_000, /where all that it used leaves room within/],
  ])("are convicted of %s", (_, lies, words) => {
    for (const visits of [told(lies), undated(told(lies))]) {
      const { verdict, summary, notes = [] } = check(visits);
      expect(verdict, summary).toBe("fail");
      expect([summary, ...notes].join("\n")).toMatch(words);
    }
  });

  it("show nothing where nobody knows what time it was", () => {
    const timeless = undated(told(() => -1e12)).map(({ ourClockMs: _, ...visit }) => visit);
    expect(check(timeless).verdict).toBe("inconclusive");
  });

  it("are not held against a clock that a fault may have set", () => {
    const times = { fromMs: 0, injectedMs: 1, healingMs: 30_000, untilMs: 30_001 };
    const seen = { losesState: "none", verified: "seen", healed: "seen" } as const;
    const clock = (replica: number): FaultRecord => ({
      ...{ name: "gateway-clock", legend: "another time", replicas: [replica], ...times, ...seen },
    });
    const withoutRedis = { kind: "closed", deadlineMs: 50, probeIntervalMs: 100 } as const;
    const verdictOf = (replica: number) =>
      check(
        told(() => 3_600_000),
        { faults: [clock(replica)], promises: { withoutRedis } },
      ).verdict;
    expect([verdictOf(0), verdictOf(1)]).toEqual(["inconclusive", "fail"]);
  });
});
