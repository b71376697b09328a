import { describe, expect, it } from "vitest";
import type { Claim, Evidence } from "../history/evidence.ts";
import { evidenceFromRows, type Row } from "../history/evidence-from-rows.ts";
import type { PhaseSpan } from "../history/history.ts";
import type { Finding, Triple } from "../verdict/finding.ts";
import { accuracy } from "./accuracy.ts";

const policy = { name: "p", limit: 100, windowMs: 1_000 };
const phase = { fromMs: 0, untilMs: 10_000, model: "open" } as const;
const phases: readonly PhaseSpan[] = [
  { ...phase, name: "main", role: "judged" },
  { ...phase, name: "warmup", role: "warmup" },
];

/** A request every 4 ms for `seconds`, of which `admits` lets some in; each took `tookMs`. */
function traffic(admits: (i: number) => boolean, { seconds = 5, tookMs = 2 } = {}): Row[] {
  return Array.from({ length: 250 * seconds }, (_, i) => ({
    sentMs: 4 * i,
    receivedMs: 4 * i + tookMs,
    outcome: admits(i) ? "allowed" : "denied",
    phase: "main",
  }));
}

const exact = (i: number): boolean => i % 250 < 100;
const check = (rows: readonly Row[]): Finding => accuracy().check(evidenceFromRows({ policy, rows, phases }));
const number = (finding: Finding, name: string): Triple => finding.numbers[name] as Triple;

describe("accuracy", () => {
  it("finds next to nothing wrong with the exact window", () => {
    const finding = check(traffic(exact));
    expect(finding).toMatchObject({ verdict: "pass", kind: "measurement" });
    expect(number(finding, "wronglyAllowedShare")).toMatchObject({ proved: 0, estimate: 0 });
    expect(number(finding, "wronglyAllowedShare").atMost).toBeLessThan(0.011);
    expect(number(finding, "wronglyDeniedShare")).toMatchObject({ proved: 0, estimate: 0 });
    expect(number(finding, "wronglyDeniedShare").atMost).toBeLessThan(0.011);
    expect(number(finding, "worstAdmittedRatio")).toMatchObject({ proved: 1, estimate: 1 });
  });

  it("proves five per cent too many, and twice the limit in one window", () => {
    const many = check(traffic((i) => i % 250 < 105));
    expect(number(many, "wronglyAllowedShare").proved).toBeCloseTo(5 / 105, 6);
    expect(number(many, "wronglyAllowedShare").atMost).toBeLessThan(7 / 105);
    // A fixed window of one second, hit in its last and then in its first 400 ms.
    const edges = check(traffic((i) => i % 500 >= 150 && i % 500 < 350, { seconds: 4 }));
    expect(number(edges, "worstAdmittedRatio").proved).toBe(2);
    expect(number(edges, "wronglyAllowedShare").proved).toBeCloseTo(0.5, 6);
  });

  it("proves five per cent too few", () => {
    const few = check(traffic((i) => i % 250 < 95));
    expect(number(few, "wronglyDeniedShare").proved).toBeCloseTo(0.05, 6);
    expect(number(few, "wronglyDeniedShare").atMost).toBeLessThan(0.07);
    expect(number(few, "wronglyAllowedShare")).toEqual({ proved: 0, estimate: 0, atMost: 0 });
  });

  it("proves little from blunt intervals, but still encloses the truth", () => {
    const blunt = check(traffic((i) => i % 250 < 105, { tookMs: 900 }));
    const { proved, atMost } = number(blunt, "wronglyAllowedShare");
    expect(proved).toBeLessThan(5 / 105);
    expect(atMost).toBeGreaterThan(5 / 105);
  });

  it("lets warm-ups consume, but blames none of them", () => {
    const warmup = traffic(() => true, { seconds: 1 }).map((row): Row => ({ ...row, phase: "warmup" }));
    expect(check(warmup).verdict).toBe("inconclusive");
    const denied = { outcome: "denied", phase: "main" } as const;
    const rightly = check([...warmup, { sentMs: 1_001, receivedMs: 1_002, ...denied }]);
    expect(number(rightly, "wronglyDeniedShare").atMost).toBe(0);
    const admitted = check([...warmup, { sentMs: 1_001, receivedMs: 1_002, phase: "main" }]);
    expect(number(admitted, "wronglyAllowedShare")).toEqual({ proved: 1, estimate: 1, atMost: 1 });
    expect(number(admitted, "worstAdmittedRatio").proved).toBeGreaterThan(2.4);
  });

  it("counts denials of a fallback as denials, and what was unavailable as perhaps consumed", () => {
    const local = check([{ sentMs: 0, receivedMs: 1, outcome: "denied", source: "local", phase: "main" }]);
    expect(number(local, "wronglyDeniedShare").proved).toBe(1);
    expect(local.numbers).toMatchObject({ deniedCost: 1, locallyDeniedCost: 1 });
    const rows: Row[] = Array.from({ length: 101 }, (_, i) => ({ sentMs: i, receivedMs: i, phase: "main" }));
    const unavailable = check([
      ...rows.slice(0, 100),
      { sentMs: 101, receivedMs: 102, outcome: "unavailable", phase: "main" },
    ]);
    expect(unavailable.numbers).toMatchObject({ unavailableCost: 1, ambiguousCost: 1 });
    const { proved, estimate, atMost } = number(unavailable, "wronglyAllowedShare");
    expect([proved, estimate]).toEqual([0, 0]);
    expect(atMost).toBeCloseTo(1 / 101, 9);
  });

  it("demands of several policies that a request fits all: what one denies is not the other's fault", () => {
    const evidence = evidenceFromRows({ policy, rows: traffic(exact), phases });
    const [claim] = evidence.claims;
    if (claim === undefined) throw new RangeError("no claim");
    const wide: Claim = { ...claim, policy: { name: "wide", limit: 1_000_000, windowMs: 1_000 } };
    const both: Evidence = { ...evidence, claims: [claim, wide] };
    const swapped: Evidence = { ...evidence, claims: [wide, claim] };
    const alone = accuracy().check(evidence).numbers;
    for (const tiers of [both, swapped]) {
      const { numbers } = accuracy().check(tiers);
      expect(numbers.wronglyDeniedShare).toEqual(alone.wronglyDeniedShare);
      expect(numbers.wronglyAllowedShare).toEqual(alone.wronglyAllowedShare);
    }
  });

  it("is inconclusive without judged requests and on unsteady clocks", () => {
    expect(check([])).toMatchObject({ verdict: "inconclusive", numbers: {} });
    const clockDoubt = "the clock moved by 40 ms within one window";
    const doubted = accuracy().check(evidenceFromRows({ policy, rows: traffic(exact), phases, clockDoubt }));
    expect(doubted).toMatchObject({ verdict: "inconclusive", summary: expect.stringContaining("40 ms") });
    expect(doubted.numbers.wronglyAllowedShare).toBeDefined();
  });
});
