import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Refusal } from "../refusal.ts";
import type { Finding, Triple } from "./finding.ts";
import { evaluateGate, parseGate } from "./gate.ts";
import type { Gated } from "./read-path.ts";

const triple = (proved: number, estimate: number, atMost: number): Triple => ({ proved, estimate, atMost });
const finding = (checker: string, kind: Finding["kind"], numbers: Finding["numbers"]): Finding => ({
  checker,
  kind,
  verdict: "pass",
  summary: "it is so",
  numbers,
});
const load = {
  offered: 1_000,
  sent: 1_000,
  dropped: 0,
  achievedRatePerSecond: 500,
  sendLagMs: { p50: 0.1, p99: 1, max: 4 },
};
const outcomes = { allowed: 700, denied: 298, unavailable: 0, errors: 0, lost: 2 };
const latencyMs = { p50: 1, p90: 5, p99: 18, p999: 25, max: 40 };
const result: Gated = {
  variant: "gcra",
  accuracy: {
    wronglyAllowedShare: triple(0, 0.004, 0.008),
    wronglyDeniedShare: triple(0.02, 0.03, 0.05),
    worstAdmittedRatio: triple(0.99, 1, 1.02),
  },
  latencyMs,
  load,
  outcomes,
  durationMs: 2_000,
  replicas: 3,
  phases: [
    { name: "burst-1", model: "open", role: "judged", fromMs: 0, untilMs: 1, load, outcomes, latencyMs },
    {
      name: "blast",
      model: "saturate",
      role: "judged",
      fromMs: 1,
      untilMs: 2,
      load,
      outcomes,
      latencyMs: null,
    },
    {
      ...{ name: "silent", model: "open", role: "judged", fromMs: 2, untilMs: 3, latencyMs: null },
      load: { ...load, offered: 0, sent: 0 },
      outcomes: { allowed: 0, denied: 0, unavailable: 0, errors: 0, lost: 0 },
    },
  ],
  findings: [
    {
      ...finding("recovers-within", "proof", { doubleCharges: 0 }),
      ...{ verdict: "inconclusive", summary: "nobody came back" },
    },
    {
      ...finding("isolates-keys", "measurement", { worst: 0 }),
      ...{ verdict: "not-applicable", summary: "there is one key" },
    },
    finding("within-bound", "proof", { resolvingPower: 0.03, nothing: Number.NaN }),
    finding("redis-cost", "measurement", { roundTripsPerDecision: 0.2 }),
    finding("load-quality", "quality", {}),
  ],
};
const verdictOf = (expression: string, over: Partial<Gated> = {}) =>
  evaluateGate(parseGate(expression), { ...result, ...over }).verdict;

describe("a gate", () => {
  it.each([
    ["accuracy.wronglyAllowedShare<=0.01", "pass"],
    ["accuracy.wronglyAllowedShare <= 0.008", "pass"],
    ["accuracy.wronglyAllowedShare<0.008", "inconclusive"],
    ["accuracy.wronglyAllowedShare<=0.005", "inconclusive"],
    ["accuracy.wronglyAllowedShare<=0.005±0.008", "pass"],
    ["accuracy.wronglyAllowedShare<=0.005+-0.007", "inconclusive"],
    ["accuracy.wronglyAllowedShare<=0.003±0.1", "inconclusive"],
    ["accuracy.wronglyDeniedShare<=0.02", "inconclusive"],
    ["accuracy.wronglyDeniedShare<0.02", "fail"],
    ["accuracy.wronglyDeniedShare<=0.019±1", "fail"],
    ["accuracy.wronglyAllowedShare.proved==0", "pass"],
    ["accuracy.wronglyAllowedShare.atMost<=0.007", "fail"],
    ["accuracy.worstAdmittedRatio==1±0.02", "pass"],
    ["accuracy.worstAdmittedRatio==1±0.01", "inconclusive"],
    ["accuracy.worstAdmittedRatio==1.1", "fail"],
    ["accuracy.worstAdmittedRatio>=0.99", "pass"],
    ["accuracy.worstAdmittedRatio>0.99", "inconclusive"],
    ["accuracy.worstAdmittedRatio>=1±.04", "pass"],
    ["accuracy.worstAdmittedRatio>=1.03", "fail"],
    ["latencyMs.p99<=20", "pass"],
    ["latencyMs.p99<=17.5", "fail"],
    ["phases.burst-1.latencyMs.p99<=2e1", "pass"],
    ["phases.blast.outcomes.lost<=1", "fail"],
    ["phase.burst-1.latencyMs.p99<=20", "pass"],
    ["variant.gcra.latencyMs.p99<=20", "pass"],
    ["variant.gcra.phase.burst-1.outcomes.lost / phase.blast.outcomes.lost == 1", "pass"],
    ["findings.within-bound.resolvingPower<=0.05", "pass"],
    ["findings.redis-cost.roundTripsPerDecision<1", "pass"],
    ["outcomes.lost/load.sent<=0.001", "fail"],
    ["outcomes.lost / load.sent <= 0.002", "pass"],
    ["outcomes.allowed + outcomes.denied>=998", "pass"],
    ["load.sent - outcomes.lost==998", "pass"],
    ["2*replicas==6", "pass"],
    ["accuracy.wronglyAllowedShare*100<=1", "pass"],
    ["accuracy.wronglyAllowedShare/accuracy.wronglyDeniedShare<=0.4", "pass"],
  ])("%s is %s", (expression, verdict) => {
    expect(verdictOf(expression)).toBe(verdict);
  });

  it.each([
    ["phases.blast.latencyMs.p99<=20", "there is no number at phases.blast.latencyMs.p99"],
    ["phases.burst1.latencyMs.p99<=20", "there is no phase burst1: did you mean burst-1?"],
    ["findings.withinbound.resolvingPower<=1", "there is no finding withinbound: did you mean within-bound?"],
    ["findings.within-bound.resolvingShare<=1", "within-bound found no resolvingShare"],
    ["findings.within-bound.allowed<=1", "within-bound found no allowed: there are resolvingPower, nothing"],
    ["phase.silent.outcomes.lost<=0", "no request came to an outcome"],
    ["phase.silent.load.dropped<=0", "no paced request was sent"],
    ["findings.recovers-within.doubleCharges<=0", "recovers-within is inconclusive: nobody came back"],
    ["findings.isolates-keys.worst<=0", "isolates-keys is not applicable: there is one key"],
    ["variant.none.latencyMs.p99<=20", "there is no run of variant none: there is gcra"],
    ["variant.gcar.latencyMs.p99<=20", "there is no run of variant gcar: did you mean gcra?"],
    ["findings.within-bound.nothing<=1", "there is no number at findings.within-bound.nothing"],
    ["outcomes.lost/outcomes.errors<=1", "there is no number: it would take a division by zero"],
    ["outcomes.lost/accuracy.wronglyAllowedShare<=1", "there is no number: it would take a division by zero"],
  ])("%s is inconclusive, never a pass: %s", (expression, summary) => {
    const judged = evaluateGate(parseGate(expression), result);
    expect(judged).toMatchObject({ expression, actual: null, verdict: "inconclusive" });
    expect(judged.summary).toContain(summary);
  });

  it("judges no measurement where the load was not what it should be, but proofs and counts all the same", () => {
    const poor = result.findings.map(
      (one): Finding => ({
        ...one,
        verdict: one.checker === "load-quality" ? "inconclusive" : one.verdict,
      }),
    );
    for (const findings of [poor, poor.filter(({ checker }) => checker !== "load-quality")]) {
      expect(verdictOf("latencyMs.p99<=20", { findings })).toBe("inconclusive");
      expect(verdictOf("latencyMs.p99<=2", { findings })).toBe("inconclusive");
      expect(verdictOf("phases.burst-1.latencyMs.p99<=20", { findings })).toBe("inconclusive");
      expect(verdictOf("findings.redis-cost.roundTripsPerDecision<1", { findings })).toBe("inconclusive");
      expect(verdictOf("findings.within-bound.resolvingPower<=0.05", { findings })).toBe("pass");
      expect(verdictOf("accuracy.wronglyDeniedShare<0.02", { findings })).toBe("fail");
      expect(verdictOf("outcomes.lost<=0", { findings })).toBe("fail");
    }
  });

  it("does not believe an accuracy that its checker doubts, or that was not measured", () => {
    const doubted: Finding = { ...finding("accuracy", "measurement", {}), verdict: "inconclusive" };
    expect(verdictOf("accuracy.wronglyAllowedShare<=1", { findings: [doubted] })).toBe("inconclusive");
    expect(verdictOf("accuracy.wronglyAllowedShare<=1", { accuracy: null })).toBe("inconclusive");
  });

  it("passes nothing that is said of admissions where nobody was admitted", () => {
    const zero = triple(0, 0, 0);
    const accuracy = {
      wronglyAllowedShare: zero,
      worstAdmittedRatio: zero,
      wronglyDeniedShare: triple(0.9, 1, 1),
    };
    const denied: Partial<Gated> = {
      accuracy,
      phases: result.phases.map((phase) => ({ ...phase, outcomes: { ...outcomes, allowed: 0 } })),
      findings: [finding("accuracy", "measurement", { ...accuracy, excessCost: zero, deniedCost: 298 })],
    };
    for (const number of ["wronglyAllowedShare", "worstAdmittedRatio", "wronglyAllowedShare.proved"]) {
      expect(verdictOf(`accuracy.${number}<=0.001`, denied)).toBe("inconclusive");
      expect(verdictOf(`findings.accuracy.${number}<=0.001`, denied)).toBe("inconclusive");
    }
    expect(verdictOf("findings.accuracy.excessCost<=0", denied)).toBe("inconclusive");
    expect(verdictOf("accuracy.wronglyDeniedShare<=0.01", denied)).toBe("fail");
    expect(verdictOf("findings.accuracy.deniedCost>=1", denied)).toBe("pass");
  });

  it("passes what nobody was wrongly denied where nobody was denied: all that was due was let in", () => {
    const phases = result.phases.map((phase) => ({ ...phase, outcomes: { ...outcomes, denied: 0 } }));
    const accuracy = { ...result.accuracy, wronglyDeniedShare: triple(0, 0, 0) } as Gated["accuracy"];
    expect(verdictOf("accuracy.wronglyDeniedShare<=0.01", { phases, accuracy })).toBe("pass");
  });

  it("says what it compared", () => {
    expect(evaluateGate(parseGate("accuracy.wronglyAllowedShare<=0.005"), result)).toEqual({
      expression: "accuracy.wronglyAllowedShare<=0.005",
      actual: triple(0, 0.004, 0.008),
      verdict: "inconclusive",
      summary: "0.004 (0 to 0.008) may or may not be <= 0.005: the bounds are 0.008 apart",
    });
    expect(evaluateGate(parseGate("latencyMs.p99<=17"), result).summary).toBe("18 is not <= 17");
    const counted = { outcomes: { ...result.outcomes, allowed: 80_149 } };
    const saidOf = (expression: string) =>
      evaluateGate(parseGate(expression), { ...result, ...counted }).summary;
    expect(saidOf("outcomes.allowed==80150")).toBe("80149 is not == 80150");
    expect(saidOf("outcomes.allowed<=80149.5")).toBe("80149 is <= 80149.5");
  });
});

describe("an expression that is no gate", () => {
  it.each([
    ["", "cannot be read"],
    ["latencyMs.p99", "cannot be read"],
    ["latencyMs.p99=20", "cannot be read"],
    ["latencyMs.p99=<20", "cannot be read"],
    ["latencyMs.p99<=20ms", "cannot be read"],
    ["latencyMs.p99<=20±-1", "cannot be read"],
    ["latencyMs.p99<=p50", "cannot be read"],
    ["latencyMs.p99 latencyMs.p50<=1", "cannot be read"],
    ["1/2<=3", "names no number of the result"],
    ["latency.p99<=20", "did you mean latencyMs.p99?"],
    ["latencyMs.p95<=20", "did you mean latencyMs.p9"],
    ["accuracy.wronglyAllowed<=1", "did you mean accuracy.wronglyAllowedShare?"],
    ["accuracy.wronglyAllowedShare.prooved<=1", "did you mean accuracy.wronglyAllowedShare.proved?"],
    ["accuracy<=1", "give one of accuracy.wronglyAllowedShare"],
    ["phases.burst.latency.p99<=1", "did you mean phases.burst.latencyMs.p99?"],
    ["findings.within-bound<=1", "NAME"],
    ["constructor<=1", "its numbers begin with accuracy"],
    ["latencyMs.p99.toFixed<=1", "did you mean latencyMs.p99?"],
    ["latencyMs.<=1", "latencyMs.p50"],
    ["phase.burst.latency.p99<=1", "did you mean phase.burst.latencyMs.p99?"],
    ["variant.gcra.latency.p99<=1", "did you mean latencyMs.p99?"],
    ["variant.gcra<=1", "write it like variant.gcra.latencyMs.p99"],
    ["latencyMs.p99<=1e999", "too great"],
  ])("%s is refused before the run: %s", (expression, message) => {
    const read = () => parseGate(expression);
    expect(read).toThrow(Refusal);
    expect(read).toThrow(message);
  });
});

it("what several runs of a limiter came to holds whichever of them is meant", () => {
  const beside = [18, 30, 22].map((p99) => ({ ...result, latencyMs: { ...latencyMs, p99 } }));
  const judged = (expression: string) => evaluateGate(parseGate(expression), result, beside);
  expect(judged("variant.gcra.latencyMs.p99<=30")).toMatchObject({
    actual: triple(18, 22, 30),
    verdict: "pass",
  });
  expect(judged("variant.gcra.latencyMs.p99<=29").verdict).toBe("inconclusive");
  expect(judged("variant.gcra.latencyMs.p99<=17").verdict).toBe("fail");
  expect(judged("variant.gcra.phase.blast.latencyMs.p99<=17").summary).toBe(
    "variant gcra: there is no number at phase.blast.latencyMs.p99",
  );
});

it("names of variants may hold dots and colons", () => {
  const named = { ...result, variant: "my.limiter:fixed" };
  expect(evaluateGate(parseGate("variant.my.limiter:fixed.replicas==3"), named).verdict).toBe("pass");
});

describe("the three values of a gate", () => {
  const bounds = fc
    .tuple(...([0, 1, 2] as const).map(() => fc.integer({ min: -5, max: 5 })))
    .map((values) => values.sort((a, b) => a - b) as [number, number, number]);
  const comparisons = fc.constantFrom(
    "<=" as const,
    "<" as const,
    ">=" as const,
    ">" as const,
    "==" as const,
  );
  const holds = { "<=": (x: number, g: number) => x <= g, "<": (x: number, g: number) => x < g } as const;

  it("are a proof either way where no tolerance is declared", () => {
    fc.assert(
      fc.property(bounds, comparisons, fc.integer({ min: -5, max: 5 }), ([a, b, c], comparison, g) => {
        const accuracy = { ...result.accuracy, wronglyAllowedShare: triple(a, b, c) } as Gated["accuracy"];
        const verdict = verdictOf(`accuracy.wronglyAllowedShare${comparison}${g}`, { accuracy });
        const truths = Array.from({ length: 2 * (c - a) + 1 }, (_, i) => a + i / 2);
        const kept = truths.map((x) => {
          if (comparison === "==") return x === g;
          const mirrored = comparison === ">=" || comparison === ">";
          return holds[comparison.includes("=") ? "<=" : "<"](mirrored ? -x : x, mirrored ? -g : g);
        });
        const expected = kept.every(Boolean) ? "pass" : kept.some(Boolean) ? "inconclusive" : "fail";
        expect(verdict).toBe(expected);
      }),
    );
  });

  it("never turn a certain miss into a pass, whatever the tolerance", () => {
    fc.assert(
      fc.property(bounds, fc.integer({ min: -5, max: 5 }), fc.nat(20), ([a, b, c], g, tolerance) => {
        const accuracy = { ...result.accuracy, wronglyAllowedShare: triple(a, b, c) } as Gated["accuracy"];
        const verdict = verdictOf(`accuracy.wronglyAllowedShare<=${g}±${tolerance}`, { accuracy });
        if (a > g) expect(verdict).toBe("fail");
        if (verdict === "pass") expect(b).toBeLessThanOrEqual(g);
      }),
    );
  });
});
