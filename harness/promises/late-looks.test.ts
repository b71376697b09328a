import { describe, expect, it } from "vitest";
import { noFalseDenials } from "../checkers/no-false-denials.ts";
import { withinBound } from "../checkers/within-bound.ts";
import { evidenceFromRows, type Row } from "../history/evidence-from-rows.ts";
import { seededRandom } from "../load/random.ts";
import { type Declaration, declaredPromises } from "../targets/declared-promises.ts";

const policy = { name: "stamped", limit: 100, windowMs: 2_000 };

/** One limiter in one store, told by its callers what time it is; in order of decisions. */
type Store = (stampMs: number) => boolean;

interface Late {
  readonly seed: number;
  readonly gapMs: number;
  /** One call in ten reaches the store so much later, at most. */
  readonly lateMs: number;
}

/** What callers see of `store` that stamp their calls before they send them on. */
function rowsOf(store: Store, { seed, gapMs, lateMs }: Late): Row[] {
  const random = seededRandom(seed, "late-looks");
  let sentMs = 10_000;
  return Array.from({ length: 3_000 }, () => {
    sentMs += 2 * gapMs * random() * (random() < 0.002 ? 500 : 1);
    const stampMs = sentMs + 0.2 * random();
    const atMs = stampMs + 0.2 * random() + (random() < 0.1 ? lateMs * random() : 0);
    return { sentMs, stampMs, atMs, receivedMs: atMs + 0.2 * random() };
  })
    .sort((a, b) => a.atMs - b.atMs)
    .map(({ sentMs: from, stampMs, receivedMs }) => ({
      sentMs: from,
      receivedMs,
      outcome: store(stampMs) ? ("allowed" as const) : ("denied" as const),
    }));
}

function bucket(burst = policy.limit): Store {
  const msEach = policy.windowMs / policy.limit;
  let arrivalMs = 0;
  return (stampMs) => {
    const nextMs = Math.max(arrivalMs, stampMs) + msEach;
    if (nextMs - stampMs > burst * msEach) return false;
    arrivalMs = nextMs;
    return true;
  };
}

function counter(limit = policy.limit, phaseMs = 0): Store {
  const counts = new Map<number, number>();
  return (stampMs) => {
    const atMs = stampMs - phaseMs;
    const window = Math.floor(atMs / policy.windowMs);
    const left = 1 - (atMs - window * policy.windowMs) / policy.windowMs;
    const current = counts.get(window) ?? 0;
    if ((counts.get(window - 1) ?? 0) * left + current + 1 > limit) return false;
    counts.set(window, current + 1);
    return true;
  };
}

function findings(store: Store, promise: Declaration["promise"], late: Late) {
  return judged(rowsOf(store, late), promise);
}

function judged(rows: readonly Row[], promise: Declaration["promise"]) {
  const promises = declaredPromises({ promise, fallback: null, clockIsUnread: false })(policy);
  const evidence = evidenceFromRows({
    policy,
    promises,
    rows,
    slackMs: promises.clockResolutionMs,
    epochOffsetMs: { atLeast: -0.1, atMost: 0.1 },
  });
  return { bound: withinBound().check(evidence), denials: noFalseDenials().check(evidence) };
}

const stores = [
  { name: "a bucket", promise: "gcra", make: bucket },
  { name: "a sliding counter", promise: "sliding-counter", make: counter },
  {
    name: "a sliding counter of its own windows",
    promise: "sliding-counter",
    make: (limit?: number) => counter(limit, 730),
  },
] as const;

describe.each(stores)("$name that is told the time by its callers", ({ promise, make }) => {
  it.each([10, 40, 300])("is innocent, be some of them %d ms late", (lateMs) => {
    for (let seed = 1; seed <= 12; seed++) {
      const gapMs = [2, 8, 15][seed % 3] ?? 2;
      const { bound, denials } = findings(make(), promise, { seed, gapMs, lateMs });
      expect(bound.verdict, `seed ${seed}: ${bound.summary}`).not.toBe("fail");
      expect(denials.verdict, `seed ${seed}: ${denials.summary}`).not.toBe("fail");
    }
  });

  it("is guilty of a tenth too much and of a tenth too little, be some of them 10 ms late", () => {
    const late = { seed: 3, gapMs: 8, lateMs: 10 };
    expect(findings(make(110), promise, late).bound.verdict).toBe("fail");
    expect(findings(make(90), promise, late).denials.verdict).toBe("fail");
  });
});

/** So many rows that were all sent, stamped and decided about then. */
function hits(count: number, atMs: number): Row[] {
  return Array.from({ length: count }, (_, i) => ({
    sentMs: atMs + i / 100,
    receivedMs: atMs + 2 + i / 100,
  }));
}

describe("a call that was stamped long before it was decided", () => {
  it("may meet a bucket whose time has gone on without it", () => {
    // 98 that are charged at 10,100 are 103 as seen from 10,000: it is turned away; 90 are 95 at most.
    const denied: Row = { sentMs: 10_000, receivedMs: 10_150, outcome: "denied" };
    const deniedAfter = (count: number) => judged([denied, ...hits(count, 10_100)], "gcra").denials.verdict;
    expect(deniedAfter(98)).not.toBe("fail");
    expect(deniedAfter(90)).toBe("fail");
  });

  it("may meet counts that what it saw of the window before has no room for", () => {
    // At 13,000 half of 100 counts and 40 are in; at 13,200 another tenth has aged and 10 are let in; then it is decided.
    const rows = [...hits(100, 10_050), ...hits(40, 12_990), ...hits(10, 13_200)];
    const denied: Row = { sentMs: 13_000, receivedMs: 13_300, outcome: "denied" };
    expect(judged([...rows, denied], "sliding-counter").denials.verdict).not.toBe("fail");
    const rested = [...hits(100, 10_050), ...hits(40, 12_990), denied];
    expect(judged(rested, "sliding-counter").denials.verdict).toBe("fail");
  });

  it.each([0, 730])("may be let in by the window before, unseen by the next, at %d ms", (phaseMs) => {
    const late = Array.from({ length: 100 }, (_, i) => ({
      sentMs: 11_990 + phaseMs + i / 100,
      receivedMs: 12_010 + phaseMs + i / 100,
    }));
    const next = hits(100, 12_001 + phaseMs);
    expect(judged([...late, ...next], "sliding-counter").bound.verdict).not.toBe("fail");
    // What is sent when all have been answered has seen them.
    const apart = hits(100, 12_025 + phaseMs);
    expect(judged([...late, ...apart], "sliding-counter").bound.verdict).toBe("fail");
  });
});
