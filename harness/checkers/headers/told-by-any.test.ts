import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Promised } from "../../../limiter/promised.ts";
import { type EvidenceOptions, evidenceFromRows } from "../../history/evidence-from-rows.ts";
import type { FaultRecord, Visit } from "../../history/history.ts";
import { headersAreHonest } from "../headers-are-honest.ts";
import type { Told } from "./simulated-visits.ts";
import { visitsToExact } from "./visits-to-exact.ts";

const policy = { name: "per-client", limit: 5, windowMs: 3_000 };
const kinds: readonly Promised[] = [
  { kind: "window", limit: 5, windowMs: 3_000 },
  { kind: "rate", burst: 5, limit: 5, windowMs: 3_000 },
  { kind: "rate", burst: 5, limit: 1, windowMs: 3_000 },
  { kind: "two-counters", limit: 5, windowMs: 3_000 },
  { kind: "fixed", limit: 5, windowMs: 3_000, phase: "epoch" },
  { kind: "fixed", limit: 5, windowMs: 3_000, phase: "unknown" },
  { kind: "fixed", limit: 5, windowMs: 3_000, phase: "first-hit" },
];
const named = kinds.map((promised) => ({ name: Object.values(promised).join(" "), promised }));
/** Nobody waits for a second or more. */
const isFast = (promised: Promised): boolean => promised.kind === "rate" && promised.limit === 5;
const check = (visits: readonly Visit[], more: Partial<EvidenceOptions> = {}) => {
  const evidence = evidenceFromRows({ policy, rows: [], ...more });
  return headersAreHonest().check({ ...evidence, history: { ...evidence.history, visits } });
};
const withFields = (
  visits: readonly Visit[],
  fieldsOf: (remaining: string, visit: Visit) => Visit["fields"],
): Visit[] =>
  visits.map((visit) => {
    const remaining = /r=(\d+)/.exec(visit.fields.ratelimit ?? "")?.[1] ?? "";
    const retry = visit.fields["retry-after"];
    const fields = {
      ...fieldsOf(remaining, visit),
      ...(retry === undefined ? {} : { "retry-after": retry }),
    };
    return { ...visit, fields };
  });

describe.each(named)("an exact limiter of $name", ({ promised }) => {
  const more = { promises: { upper: promised, lower: promised } };
  const told = (seed: number, tells?: (told: Told) => Told, offsetMs = 0, longestMs = 20) =>
    visitsToExact({ policy, promised, seed, offsetMs, longestMs, clients: 2 }, tells);

  it("is never convicted of what it tells, whatever its clock and however slow its answers", () => {
    fc.assert(
      fc.property(fc.nat(), fc.nat(3_000), fc.constantFrom(0.1, 20, 600), (seed, offsetMs, longestMs) => {
        const visits = told(seed, undefined, offsetMs, longestMs);
        const lost = visits.map((visit, index): Visit => {
          const isLost = (index * 7 + seed) % 23 === 0;
          return isLost ? { ...visit, outcome: "lost", receivedMs: null, fields: {} } : visit;
        });
        const known = { atLeast: offsetMs - 1, atMost: offsetMs + 1 };
        for (const seen of [visits, lost])
          for (const epochOffsetMs of [null, known]) {
            const { verdict, summary } = check(seen, { ...more, epochOffsetMs });
            expect(verdict, summary).not.toBe("fail");
          }
      }),
      { numRuns: 60 },
    );
  });

  it("may round a wait down and add a second", () => {
    const rounded = (one: Told): Told =>
      one.isAllowed ? one : { ...one, retryAfterMs: 1_000 * Math.floor(one.retryAfterMs / 1_000) + 1_000 };
    for (let seed = 1; seed <= 20; seed++) expect(check(told(seed, rounded), more).verdict).not.toBe("fail");
  });

  it.each([
    ["the whole limit", () => 5],
    ["all but one", () => 4],
  ])("is convicted of telling everybody that %s remains", (_, remaining) => {
    const finding = check(
      told(1, (one) => ({ ...one, remaining: remaining() })),
      more,
    );
    expect(finding.verdict, finding.summary).toBe("fail");
  });
});

describe.each(named.filter(({ promised }) => !isFast(promised)))(
  "a client of an exact limiter of $name that does as it is told",
  ({ promised }) => {
    const more = {
      promises: { upper: promised, lower: promised },
      epochOffsetMs: { atLeast: 0, atMost: 0 },
    };
    const verdictOf = (changed: (ms: number) => number) => {
      const tells = (told: Told): Told =>
        told.isAllowed ? told : { ...told, retryAfterMs: changed(told.retryAfterMs) };
      return check(visitsToExact({ policy, promised, seed: 1, isObedient: true }, tells), more).verdict;
    };

    it("shows a wait one second too long, though it comes too soon never", () => {
      expect(verdictOf((ms) => ms)).not.toBe("fail");
      expect(verdictOf((ms) => ms + 1_000)).toBe("fail");
    });
  },
);

describe.each(named.filter(({ promised: { kind } }) => kind === "fixed"))(
  "five visits of a client of $name",
  ({ promised }) => {
    const phase = promised.kind === "fixed" ? promised.phase : null;
    const told = (...remaining: readonly number[]) => {
      const visits = remaining.map((r, i): Visit => {
        const sentMs = 30_100 + 300 * i;
        const fields = { ratelimit: `"per-client";r=${r}` };
        return {
          ...{ subject: "probe-1", replica: 0, sentMs, receivedMs: sentMs + 5, outcome: "allowed" },
          ...{ source: "redis", fields },
        };
      });
      const promises = { upper: promised, lower: { kind: "none" } } as const;
      return [null, { atLeast: 0, atMost: 0 }].map(
        (epochOffsetMs) => check(visits, { promises, epochOffsetMs }).verdict,
      );
    };

    it("may be told of one window, or of two where nobody knows when they begin", () => {
      expect(told(4, 3, 2, 1, 0)).toEqual(["inconclusive", "inconclusive"]);
      expect(told(1, 0, 4, 3, 2)[0]).toBe(phase === "first-hit" ? "fail" : "inconclusive");
    });

    it("may not be told of the limit, nor of three windows", () => {
      expect(told(5)).toEqual(["fail", "fail"]);
      expect(told(4, 4, 3, 4, 3)).toEqual(["fail", "fail"]);
    });

    it("may not be told of two windows where one is known to hold them all", () => {
      expect(told(1, 0, 4, 3, 2)[1]).toBe(phase === "unknown" ? "inconclusive" : "fail");
    });
  },
);

describe("what answers tell by other names and in older forms", () => {
  const [promised] = kinds as [Promised];
  const honest = visitsToExact({ policy, promised, seed: 1 });

  it.each<[string, (remaining: string) => Visit["fields"]]>([
    ["another name", (r) => ({ ratelimit: `"default";r=${r};t=3` })],
    [
      "another name, of the same policy",
      (r) => ({ ratelimit: `"default";r=${r}`, "ratelimit-policy": '"default";q=5;w=3' }),
    ],
    ["one field of an older draft", (r) => ({ ratelimit: `limit=5, remaining=${r}, reset=3` })],
    [
      "three fields of an older draft",
      (r) => ({ "ratelimit-limit": "5", "ratelimit-remaining": r, "ratelimit-reset": "3" }),
    ],
    ["X- fields", (r) => ({ "x-ratelimit-limit": "5", "x-ratelimit-remaining": r })],
    ["X- fields without a limit", (r) => ({ "x-ratelimit-remaining": r })],
  ])("is judged by %s", (_, fieldsOf) => {
    const judged = check(withFields(honest, fieldsOf));
    expect(judged).toMatchObject({ verdict: "pass", numbers: { quotasJudged: honest.length } });
    expect(check(withFields(honest, () => fieldsOf("999"))).verdict).toBe("fail");
  });

  it.each<[string, Visit["fields"]]>([
    ["of an older draft", { ratelimit: "limit=5, remaining=0, reset=99" }],
    ["in a field of its own", { "ratelimit-remaining": "0", "ratelimit-reset": "99" }],
  ])("convicts a reset %s that is windows late, and lets a date be", (_, fields) => {
    const last = honest.findLast(({ outcome }) => outcome === "denied");
    const late = honest.map((visit) => (visit === last ? { ...visit, fields } : visit));
    expect(check(late).summary).toContain("was told t=99");
    const dated = late.map((visit) => {
      const text = JSON.stringify(visit.fields).replace(/(reset(?:=|":"))99/, "$11800000000");
      return { ...visit, fields: JSON.parse(text) as Visit["fields"] };
    });
    expect(check(dated).verdict).not.toBe("fail");
  });

  it.each<[string, (remaining: string, visit: Visit) => Visit["fields"]]>([
    [
      "policies of another limit",
      () => ({ ratelimit: '"day";r=950', "ratelimit-policy": '"day";q=1000;w=86400' }),
    ],
    ["another limit in an older form", () => ({ "x-ratelimit-limit": "1000", "x-ratelimit-remaining": "9" })],
    ["two policies", () => ({ ratelimit: '"hour";r=950, "day";r=9500' })],
    ["policies in turn", (_, { sentMs }) => ({ ratelimit: `"${sentMs < 9_000 ? "hour" : "day"}";r=950` })],
    ["what nobody can read", () => ({ "ratelimit-remaining": "4, 4;w=3" })],
  ])("is inconclusive where answers tell only of %s", (_, fieldsOf) => {
    const finding = check(withFields(honest, fieldsOf));
    expect(finding.verdict, finding.summary).toBe("inconclusive");
    expect(finding.summary).toContain("Answers tell what remains");
  });

  it.each(["4.0", "-1", "4, 4;w=3"])("are noted, not judged, in X-RateLimit-Remaining: %s", (text) => {
    const unread = withFields(honest, () => ({ "x-ratelimit-remaining": text }));
    const { verdict, notes } = check(unread);
    expect(verdict).toBe("pass");
    expect(notes?.join()).toContain(`no whole number, like "${text}": it is not judged`);
    const silent = unread.map(({ fields: { "retry-after": _, ...fields }, ...visit }) => ({
      ...visit,
      fields,
    }));
    expect(check(silent).verdict).toBe("inconclusive");
  });

  it("are noted, not judged, where who is let in is told when to come back", () => {
    const always = honest.map((visit): Visit => {
      const fields = { ...visit.fields, "retry-after": visit.fields["retry-after"] ?? "0" };
      return { ...visit, fields };
    });
    const { verdict, notes } = check(always);
    expect(verdict).toBe("pass");
    expect(notes?.join()).toContain('answers that let in have Retry-After, like "0"');
    const unread = always.map((visit) => ({ ...visit, fields: { ...visit.fields, "retry-after": "0.5" } }));
    expect(check(unread).verdict).toBe("fail");
  });

  it("passes a limiter that tells what remains, and nobody when to come back", () => {
    const untold = honest.map((visit) => ({ ...visit, fields: { ratelimit: visit.fields.ratelimit ?? "" } }));
    expect(check(untold).verdict).toBe("pass");
  });

  it("passes nobody who tells neither, whatever his policies say", () => {
    const silent = honest.map((visit) => ({ ...visit, fields: { "ratelimit-policy": '"retry";q=5;w=3' } }));
    expect(check(silent).verdict).toBe("inconclusive");
  });
});

describe("a wait that is too short", () => {
  it("convicts by what was used, though nobody comes back in time", () => {
    const upper: Promised = { kind: "window", limit: 5, windowMs: 3_000 };
    const tells = (told: Told): Told => (told.isAllowed ? told : { ...told, retryAfterMs: 1_000 });
    const seen = visitsToExact({ policy, promised: upper, seed: 1 }, tells);
    const once = seen.filter(({ subject }) => subject === "probe-0");
    const end = once.findIndex(({ outcome }) => outcome === "denied");
    const { verdict, summary } = check(once.slice(0, end + 1));
    expect(verdict, summary).toBe("fail");
    expect(summary).toContain("where what it used leaves no room by then");
  });
});

describe("a limiter that declares nothing for the time without Redis", () => {
  const fault: FaultRecord = {
    ...{ name: "fault", legend: "Redis is broken", replicas: [0], losesState: "none", cutsOff: true },
    ...{ fromMs: 11_000, injectedMs: 11_010, healingMs: 14_000, untilMs: 14_010 },
    ...{ verified: "seen", healed: "seen" },
  };
  const answer = (sentMs: number, outcome: Visit["outcome"], seconds?: number): Visit => ({
    ...{ subject: "probe-1", replica: 0, sentMs, receivedMs: sentMs + 5, outcome, source: "unlabelled" },
    fields: seconds === undefined ? { ratelimit: '"x";r=4' } : { "retry-after": String(seconds) },
  });
  const spent = [10_100, 10_200, 10_300, 10_400, 10_500].map((at) => answer(at, "allowed"));
  const untilHeal = (visits: readonly Visit[]) =>
    check(
      visits.map(({ fields: { ratelimit: _, ...fields }, ...visit }) => ({ ...visit, fields })),
      { faults: [fault] },
    );

  it.each<[string, Visit[]]>([
    ["lets in early", [answer(10_950, "denied", 3), answer(11_950, "allowed")]],
    ["turns away again", [answer(11_100, "denied", 1), answer(12_310, "denied", 1)]],
    ["turns away until 3 s after the heal", [answer(14_500, "denied", 1), answer(16_900, "denied", 1)]],
  ])("breaks no word where it %s", (_, visits) => {
    expect(untilHeal([...spent, ...visits]).verdict).not.toBe("fail");
  });

  it("may be charged for what it let in alone when Redis is back", () => {
    const alone = [13_500, 13_600, 13_700, 13_800, 13_900].map((at) => answer(at, "allowed"));
    const back = { ...answer(17_100, "denied"), fields: { ratelimit: '"per-client";r=0' } };
    expect(check([...alone, back], { faults: [fault] }).verdict).not.toBe("fail");
  });

  it("is judged again once that has passed and is forgotten", () => {
    const later = [answer(21_000, "denied", 1), answer(22_100, "denied", 1)];
    expect(untilHeal([...spent, ...later]).summary).toContain("and was turned away");
  });
});
