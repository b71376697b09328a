import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Promised } from "../../limiter/promised.ts";
import { evidenceFromRows, type Row } from "../history/evidence-from-rows.ts";
import type { FaultRecord } from "../history/history.ts";
import type { Source } from "../history/requests.ts";
import { seededRandom } from "../load/random.ts";
import { exactLimiter } from "../promises/exact-limiter.ts";
import { policyOf } from "../promises/simulated-rows.ts";
import { givesBack } from "./gives-back.ts";
import { noFalseDenials } from "./no-false-denials.ts";
import { withinBound } from "./within-bound.ts";

/** A limiter of one key that can give back what it charged at `chargedMs`, asked from `sinceMs` on. */
interface Refunding {
  readonly take: (atMs: number) => boolean;
  readonly giveBack: (chargedMs: number, sinceMs: number, atMs: number) => void;
}

/** The exact sliding window. `oldest`: it takes the oldest charge of that time instead of the one that was meant. */
function log(limit: number, windowMs: number, which: "own" | "oldest"): Refunding {
  const charges: number[] = [];
  return {
    take(atMs) {
      while ((charges[0] ?? atMs) <= atMs - windowMs) charges.shift();
      const isFree = charges.length < limit;
      if (isFree) charges.push(atMs);
      return isFree;
    },
    giveBack(chargedMs, sinceMs) {
      const oldest = charges.findIndex((ms) => ms >= sinceMs - agedMs);
      const at = which === "own" ? charges.indexOf(chargedMs) : oldest;
      if (at >= 0) charges.splice(at, 1);
    },
  };
}

/** Windows of the clock: what is given back is taken from the window that it was charged to. */
function counters(promised: Promised): Refunding {
  const exact = exactLimiter(promised);
  return {
    take(atMs) {
      const isFree = exact.room(atMs) >= 1;
      if (isFree) exact.consume(atMs, 1);
      return isFree;
    },
    giveBack: (chargedMs) => exact.consume(chargedMs, -1),
  };
}

/** A bucket: what is given back never makes it emptier than empty, and what may have leaked meanwhile is kept. */
function bucket(limit: number, windowMs: number): Refunding {
  let debt = 0;
  let stampMs = 0;
  const leak = (atMs: number): void => {
    debt = Math.max(0, debt - ((atMs - stampMs) * limit) / windowMs);
    stampMs = atMs;
  };
  return {
    take(atMs) {
      leak(atMs);
      const isFree = debt + 1 <= limit;
      if (isFree) debt += 1;
      return isFree;
    },
    giveBack(_, sinceMs, atMs) {
      leak(atMs);
      const leaked = ((atMs - sinceMs + agedMs) * limit) / windowMs;
      debt = Math.max(0, debt - Math.max(0, 1 - leaked));
    },
  };
}

/** What is taken back may have been charged so much earlier. */
const agedMs = 2;
const limit = 20;
const windowMs = 64;
const epoch: Promised = { kind: "fixed", limit, windowMs, phase: "epoch" };
const sliding: Promised = { kind: "window", limit, windowMs };
const twoCounters: Promised = { kind: "two-counters", limit, windowMs };
const innocents: readonly { name: string; promised: Promised; make: () => Refunding }[] = [
  { name: "a log that takes its own charge", promised: sliding, make: () => log(limit, windowMs, "own") },
  { name: "a log that takes the oldest", promised: sliding, make: () => log(limit, windowMs, "oldest") },
  { name: "fixed windows", promised: epoch, make: () => counters(epoch) },
  { name: "two counters", promised: twoCounters, make: () => counters(twoCounters) },
  {
    name: "a bucket",
    promised: { kind: "rate", burst: limit, limit, windowMs },
    make: () => bucket(limit, windowMs),
  },
];

interface Asked {
  readonly sentMs: number;
  readonly chargeMs: number;
  readonly giveMs: number;
  readonly receivedMs: number;
  readonly asks: "refund" | "nothing";
  readonly told: "given" | "asked" | "lost";
}

function asked(seed: number, requests: number): Asked[] {
  const random = seededRandom(seed, "refunds");
  const latencyMs = [0.25, 1, 8][seed % 3] ?? 1;
  let atMs = 1_000;
  return Array.from({ length: requests }, () => {
    atMs += random() < 0.02 ? random() * 100 : random() * 2;
    const chargeMs = atMs + random() * latencyMs;
    const giveMs = chargeMs + random() * latencyMs;
    const receivedMs = giveMs + random() * latencyMs;
    const asks = random() < 0.5 ? "refund" : "nothing";
    const told = random() < 0.9 ? "given" : random() < 0.5 ? "asked" : "lost";
    return { sentMs: atMs, chargeMs, giveMs, receivedMs, asks, told };
  });
}

interface Event {
  readonly atMs: number;
  readonly act: () => void;
}

/** What clients see of `limiter`; `times` each cost is given back, and answers say that `source` decided. */
function seen(all: readonly Asked[], limiter: Refunding, times = 1, source: Source = "redis"): Row[] {
  const rows: Row[] = [];
  const charged = new Set<Asked>();
  const events = all.flatMap((one): Event[] => {
    const { sentMs, chargeMs, giveMs, receivedMs, asks, told } = one;
    const charge = (): void => {
      if (limiter.take(chargeMs)) charged.add(one);
      const outcome = charged.has(one) ? "allowed" : "denied";
      const refund = asks === "nothing" ? "none" : told === "lost" ? "asked" : told;
      rows.push({
        sentMs,
        ...(told === "lost" ? {} : { receivedMs, outcome }),
        refund: outcome === "denied" && refund === "given" ? "asked" : refund,
        source,
      });
    };
    const giveBack = (): void => {
      if (charged.has(one)) for (let i = 0; i < times; i++) limiter.giveBack(chargeMs, sentMs, giveMs);
    };
    const own = { atMs: chargeMs, act: charge };
    return asks === "nothing" ? [own] : [own, { atMs: giveMs, act: giveBack }];
  });
  for (const { act } of events.sort((a, b) => a.atMs - b.atMs)) act();
  return rows;
}

/** What answers may say of who decided, always the same. */
const sources: readonly Source[] = ["redis", "unlabelled", "local"];

const evidenceOf = (promised: Promised, rows: readonly Row[], faults: readonly FaultRecord[] = []) =>
  evidenceFromRows({
    policy: policyOf(promised),
    promises: { upper: promised, lower: promised, refundsAgedMs: agedMs },
    rows,
    faults,
    epochOffsetMs: { atLeast: 0, atMost: 0 },
  });

describe("costs that are given back", () => {
  it.each(innocents)("never convict $name", ({ promised, make }) => {
    fc.assert(
      fc.property(fc.integer({ min: 0 }), fc.constantFrom(...sources), (seed, source) => {
        const evidence = evidenceOf(promised, seen(asked(seed, 300), make(), 1, source));
        expect(withinBound().check(evidence).verdict).not.toBe("fail");
        const denials = noFalseDenials().check(evidence);
        expect(denials.verdict, denials.summary).not.toBe("fail");
      }),
      { numRuns: 150 },
    );
  });

  it.each(innocents)("convict $name that gives back nothing, and says it did", ({ promised, make }) => {
    const finding = noFalseDenials().check(evidenceOf(promised, seen(asked(3, 600), make(), 0)));
    expect(finding.verdict, finding.summary).toBe("fail");
  });

  describe.each(sources)("are judged where answers say of who decided: %s", (source) => {
    const verdictOf = (all: readonly Asked[], times: number, faults: readonly FaultRecord[] = []) =>
      noFalseDenials().check(
        evidenceOf(sliding, seen(all, log(limit, windowMs, "own"), times, source), faults),
      ).verdict;
    const all = asked(3, 600).map((one): Asked => ({ ...one, told: "given" }));
    const untold = all.map((one): Asked => ({ ...one, told: "asked" }));

    it("who gives back, and who does not and says so, passes", () => {
      expect(verdictOf(all, 1)).toBe("pass");
      expect(verdictOf(untold, 0)).toBe("pass");
    });

    it("who gives back nothing and says it did is convicted", () => {
      expect(verdictOf(all, 0)).toBe("fail");
    });

    it("an answer near a fault convicts nobody who does not say who gave it", () => {
      const times = { fromMs: 0, injectedMs: 1, healingMs: 1_500, untilMs: 1_501 };
      const seen = { losesState: "none", verified: "seen", healed: "seen" } as const;
      const fault = { name: "fault", legend: "Redis is broken", replicas: [0], ...times, ...seen };
      const isExcused = source === "unlabelled";
      expect(verdictOf(all, 0, [fault])).toBe(isExcused ? "inconclusive" : "fail");
    });
  });

  it("convict fixed windows that give back twice", () => {
    const finding = withinBound().check(evidenceOf(epoch, seen(asked(3, 600), counters(epoch), 2)));
    expect(finding.verdict, finding.summary).toBe("fail");
  });

  it("count for nothing where they are over, and in full where nobody knows", () => {
    const filled = (refund: "given" | "asked"): Row[] =>
      Array.from({ length: limit + 1 }, (_, i) => ({
        sentMs: i,
        receivedMs: i + 0.5,
        outcome: i < limit ? "allowed" : "denied",
        source: "redis",
        refund: i === 0 ? refund : "none",
      }));
    const verdictOf = (refund: "given" | "asked") =>
      noFalseDenials().check(evidenceOf(sliding, filled(refund))).verdict;
    expect([verdictOf("given"), verdictOf("asked")]).toEqual(["fail", "pass"]);
  });
});

describe("gives-back", () => {
  const verdictOf = (rows: readonly Row[]) => givesBack().check(evidenceOf(sliding, rows)).verdict;

  it("passes where an answer said so, and is not applicable where none did", () => {
    expect(verdictOf([{ sentMs: 1, receivedMs: 2, refund: "given" }])).toBe("pass");
    expect(verdictOf([{ sentMs: 1, receivedMs: 2, refund: "asked" }])).toBe("not-applicable");
    expect(verdictOf([{ sentMs: 1, receivedMs: 2, outcome: "denied", refund: "asked" }])).toBe(
      "not-applicable",
    );
  });
});
