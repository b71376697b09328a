import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Policy } from "../../../limiter/policy.ts";
import { listScenarios } from "../../cli/catalogue.ts";
import { seededRandom } from "../../load/random.ts";
import { Refusal } from "../../refusal.ts";
import type { Triple } from "../finding.ts";
import type { Result } from "../result.ts";
import { type SampleTrial, sampleTrial } from "../sample-trial.ts";
import { againstBaseline, falseAlarmShare } from "./against-baseline.ts";
import { type Baseline, parseBaseline } from "./baseline.ts";
import { compareDifference } from "./compare-difference.ts";
import { makeBaseline } from "./make-baseline.ts";

const cost = "baseline: findings.redis-cost.commandsPerDecision";
const allowed = "baseline: accuracy.wronglyAllowedShare";

/** Ten trials that differ by about a percent. */
const trials = [3, 3.02, 2.98, 3.01, 2.99, 3.03, 2.97, 3, 3.01, 2.99].map((commandsPerDecision, second) =>
  sampleTrial({ commandsPerDecision, startedAt: `2026-01-02T03:04:0${second}.000Z` }),
);
const baseline = makeBaseline(trials);
const gateOf = (expression: string, over: SampleTrial, among: Baseline = baseline) =>
  againstBaseline([sampleTrial(over)], among).find((gate) => gate.expression === expression);
const verdictsOf = (over: SampleTrial) =>
  Object.fromEntries(
    againstBaseline([sampleTrial(over)], baseline).map(({ expression, verdict }) => [expression, verdict]),
  );

describe("a run against its baseline", () => {
  it("passes where nothing has changed", () => {
    expect(new Set(Object.values(verdictsOf({})))).toEqual(new Set(["pass"]));
  });

  it("names what has grown, and by how much", () => {
    expect(gateOf(cost, { commandsPerDecision: 3.6 })).toEqual({
      expression: cost,
      actual: 3.6,
      verdict: "fail",
      summary: expect.stringMatching(
        /^3\.6 is \+20\.0 % beside the baseline's 3: noise explains \+\d\.\d % over 10 trials$/,
      ),
    });
    expect(gateOf(cost, { commandsPerDecision: 2 })?.verdict).toBe("pass");
  });

  it("fails what was exact and is proved to let in too much, but not a request or two at a clock's tick", () => {
    const share = (proved: number): Triple => ({ proved, estimate: proved + 0.001, atMost: proved + 0.01 });
    expect(gateOf(allowed, { wronglyAllowedShare: share(0.01) })).toMatchObject({
      verdict: "fail",
      summary: expect.stringContaining("0.01 proved, about 0.011, beside 0 and 0.001 in the baseline"),
    });
    expect(gateOf(allowed, { wronglyAllowedShare: share(0.0005) })?.verdict).toBe("pass");
  });

  it("is convicted neither by sharper evidence nor by blunter", () => {
    const approximate = makeBaseline(
      trials.map((trial) => ({
        ...trial,
        accuracy: { ...trial.accuracy, wronglyAllowedShare: { proved: 0.01, estimate: 0.03, atMost: 0.05 } },
      })) as Result[],
    );
    const now = (wronglyAllowedShare: Triple) => gateOf(allowed, { wronglyAllowedShare }, approximate);
    expect(now({ proved: 0.028, estimate: 0.03, atMost: 0.032 })?.verdict).toBe("pass");
    expect(now({ proved: 0.001, estimate: 0.06, atMost: 0.2 })?.verdict).toBe("pass");
    expect(now({ proved: 0.04, estimate: 0.05, atMost: 0.06 })?.verdict).toBe("fail");
  });

  it("fails where a proof that passed in every trial fails", () => {
    expect(verdictsOf({ proof: "fail" })["baseline: within-bound"]).toBe("fail");
  });

  it("is inconclusive in all numbers where a proof is blunt now, or the load was poor", () => {
    const blunt = verdictsOf({ proof: "inconclusive", commandsPerDecision: 9 });
    expect(new Set(Object.values(blunt))).toEqual(new Set(["inconclusive"]));
    expect(verdictsOf({ quality: "inconclusive", commandsPerDecision: 9 })[cost]).toBe("inconclusive");
  });

  it("blames no other machine, and passes what has not grown there", () => {
    const elsewhere = { cpus: "64 × Other, 1 GiB" };
    expect(gateOf(cost, { ...elsewhere, commandsPerDecision: 3.6 })).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("64 × Other, 1 GiB, not 2 × AMD EPYC"),
    });
    expect(gateOf(cost, elsewhere)?.verdict).toBe("pass");
    expect(verdictsOf({ ...elsewhere, proof: "fail" })["baseline: within-bound"]).toBe("fail");
  });

  it("says nothing of another story", () => {
    expect(againstBaseline([sampleTrial({ offered: 5_000 })], baseline)).toEqual([
      {
        expression: "baseline: the same story",
        actual: null,
        verdict: "inconclusive",
        summary: "it is of 5000 requests in burst, not about 10000: give the same --rate and --duration",
      },
    ]);
    expect(againstBaseline([], baseline)[0]?.summary).toBe("there is no run of burst on gcra");
  });

  it("does not pass what so few and so different trials could not have convicted", () => {
    const noisy = makeBaseline([2, 3, 4].map((commandsPerDecision) => sampleTrial({ commandsPerDecision })));
    expect(gateOf(cost, { commandsPerDecision: 3 }, noisy)).toMatchObject({
      verdict: "not-applicable",
      summary: expect.stringContaining("save a baseline of more than 3 trials"),
    });
  });
});

describe("a number that was nothing", () => {
  const errors = "baseline: outcomes.errors";
  const madeOf = (counts: readonly number[]) =>
    makeBaseline(
      counts.map((count) => sampleTrial({ errors: count })),
      { further: ["outcomes.errors"] },
    );
  const zeros = (count: number) => Array.from({ length: count }, () => 0);

  it.each([
    [10, 0, "pass"],
    [10, 1, "pass"],
    [3, 1, "pass"],
    [3, 500, "fail"],
    [10, 500, "fail"],
    [10, 41, "fail"],
  ])("in %i trials, and is %i errors now: %s", (trialCount, now, verdict) => {
    expect(gateOf(errors, { errors: now }, madeOf(zeros(trialCount)))?.verdict).toBe(verdict);
  });

  it("in some trials only is compared by its difference, and a great one fails", () => {
    const some = madeOf([0, 2, 0, 0, 3, 0, 0, 1, 0, 0]);
    expect(gateOf(errors, { errors: 3 }, some)?.verdict).toBe("pass");
    expect(gateOf(errors, { errors: 500 }, some)).toMatchObject({
      verdict: "fail",
      summary: expect.stringMatching(
        /^500 beside the baseline's 0\.6: noise explains \d+\.6 over 10 trials$/,
      ),
    });
    expect(gateOf(errors, { errors: 3 }, madeOf([0, 0, 300]))?.verdict).toBe("not-applicable");
  });

  it("convicts nobody whose load was poor", () => {
    expect(gateOf(errors, { errors: 500, quality: "inconclusive" }, madeOf(zeros(10)))).toMatchObject({
      verdict: "inconclusive",
      summary: expect.stringContaining("load-quality"),
    });
  });

  it("of a cost per decision, and is one now, has grown", () => {
    const free = makeBaseline(
      trials.map((trial) => ({ ...trial, findings: sampleTrial({ commandsPerDecision: 0 }).findings })),
    );
    expect(gateOf(cost, { commandsPerDecision: 0 }, free)?.verdict).toBe("pass");
    expect(gateOf(cost, { commandsPerDecision: 0.0005 }, free)?.verdict).toBe("pass");
    expect(gateOf(cost, { commandsPerDecision: 3 }, free)?.verdict).toBe("fail");
  });

  it("nobody knows how noisy, does not pass once it has grown", () => {
    const unknown = "findings.within-bound.worstExcess / findings.redis-cost.commandsPerDecision";
    const saved = makeBaseline(trials, { further: [unknown] });
    const grown = sampleTrial();
    const findings = grown.findings.map((one) =>
      one.checker === "within-bound" ? { ...one, numbers: { worstExcess: 7 } } : one,
    );
    const among = (run: Result) =>
      againstBaseline([run], saved).find(({ expression }) => expression === `baseline: ${unknown}`)?.verdict;
    expect(among(grown)).toBe("pass");
    expect(among({ ...grown, findings })).toBe("inconclusive");
  });

  it.each([3, 10])("in %i trials convicts an unchanged limiter no more often than is said", (trialCount) => {
    const random = seededRandom(11, `mishaps ${trialCount}`);
    for (const perRun of [0.02, 0.1, 0.3, 1]) {
      const saved = 1_500;
      let alarms = 0;
      for (let baselines = 0; baselines < saved; baselines++) {
        const among = compareDifference(
          [mishapsOf(random, perRun)],
          Array.from({ length: trialCount }, () => mishapsOf(random, perRun)),
          { falseAlarmShare, findsShare: 0.2, step: 1 },
        );
        if (among.verdict === "fail") alarms++;
      }
      expect(alarms / saved).toBeLessThanOrEqual(2 * falseAlarmShare);
    }
  });
});

/** The requests of as many mishaps as fall into one run, `perRun` in the mean: each takes one to ten with it. */
function mishapsOf(random: () => number, perRun: number): number {
  let requests = 0;
  for (let left = Math.exp(-perRun), at = random(); at > left; at *= random())
    requests += 1 + Math.floor(10 * random());
  return requests;
}

describe("saving a baseline", () => {
  it.each([
    ["two trials", trials.slice(0, 2), /at least 3 runs, better 10, .* and 2 were given/],
    [
      "one that is inconclusive",
      [...trials, { ...sampleTrial(), verdict: "inconclusive" as const }],
      /is inconclusive/,
    ],
    [
      "one of another limiter",
      [...trials, sampleTrial({ variant: "none" })],
      /burst on none, not burst on gcra/,
    ],
    ["one with another load", [...trials, sampleTrial({ offered: 900 })], /give the same --rate/],
    ["one of another machine", [...trials, sampleTrial({ cpus: "1 × Slow" })], /cpus 1 × Slow, not 2/],
  ])("refuses %s", (_, runs, sentence) => {
    expect(() => makeBaseline(runs)).toThrow(Refusal);
    expect(() => makeBaseline(runs)).toThrow(sentence);
  });

  it("holds no absolute time, unless one is asked for", () => {
    expect(Object.keys(baseline.numbers).filter((name) => /Ms/.test(name))).toEqual([]);
    expect(makeBaseline(trials, { further: ["latencyMs.p99"] }).numbers["latencyMs.p99"]).toHaveLength(10);
    expect(() => makeBaseline(trials, { further: ["findings.redis-cost.bytes"] })).toThrow(/found no bytes/);
  });

  it("writes what it reads, of every scenario and whatever a policy says", async () => {
    const readsBack = (policies: Result["policies"]) => {
      const saved = makeBaseline(trials.map((trial) => ({ ...trial, policies })));
      expect(parseBaseline(JSON.stringify(saved), "a.json")).toEqual(saved);
      expect(againstBaseline([sampleTrial({ policies })], saved)[0]?.verdict).toBe("pass");
    };
    for (const { thing } of await listScenarios()) readsBack(thing.policies);
    const whole = fc.integer({ min: 1, max: 1_000_000 });
    const any = { name: fc.string(), limit: whole, windowMs: whole, burst: whole, by: fc.string() };
    const policy = fc.record<Policy, "name" | "limit" | "windowMs">(any, {
      requiredKeys: ["name", "limit", "windowMs"],
    });
    fc.assert(fc.property(fc.array(policy, { minLength: 1, maxLength: 3 }), readsBack));
  });

  it("is of the policies of one subject, and of no other", () => {
    const by = (subject: string) => [{ name: "user", limit: 60, windowMs: 2_000, by: subject }];
    const saved = makeBaseline(trials.map((trial) => ({ ...trial, policies: by("client") })));
    const [gate] = againstBaseline([sampleTrial({ policies: by("tenant") })], saved);
    expect(gate).toMatchObject({ verdict: "inconclusive", summary: expect.stringContaining("by tenant") });
  });

  it("writes what it reads", () => {
    expect(parseBaseline(JSON.stringify(baseline), "a.json")).toEqual(baseline);
    expect(() => parseBaseline("{}", "a.json")).toThrow(/^a\.json is no baseline of schema version 1/);
    expect(() => parseBaseline("", "a.json")).toThrow(/not JSON/);
    expect(() => parseBaseline(JSON.stringify({ ...baseline, trials: 11 }), "a.json")).toThrow(/all trials/);
  });
});

/** Normal, of mean 0 and deviation 1: the first of the two of Box and Muller. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** One disturbed trial in twenty is three times as far out. */
function disturbed(random: () => number): number {
  return normal(random) * (random() < 0.05 ? 3 : 1);
}

/** How many of `runs` further ones each of `baselines` convicts, the cost of a decision being `factor` times as high. */
function convictions(
  { trialCount, noise }: { readonly trialCount: number; readonly noise: number },
  { factor = 1, draw = normal, runs = 20 } = {},
): number[] {
  const random = seededRandom(7, `${trialCount} ${noise} ${factor} ${draw.name}`);
  const sampled = (times: number): Result => {
    const share = 0.004 * Math.exp(noise * draw(random));
    return sampleTrial({
      commandsPerDecision: times * 3 * Math.exp(noise * draw(random)),
      wronglyAllowedShare: { proved: share, estimate: 2 * share, atMost: 3 * share },
    });
  };
  const isConvicted = (run: Result, saved: Baseline) =>
    againstBaseline([run], saved).some(({ verdict }) => verdict === "fail");
  return Array.from({ length: 400 }, () => {
    const saved = makeBaseline(Array.from({ length: trialCount }, () => sampled(1)));
    return Array.from({ length: runs }, () => isConvicted(sampled(factor), saved)).filter(Boolean).length;
  });
}

const shareOfAny = (all: readonly number[]) => all.filter((many) => many > 0).length / all.length;

describe.each([
  { trialCount: 3, noise: 0.002 },
  { trialCount: 5, noise: 0.01 },
  { trialCount: 10, noise: 0.02 },
  { trialCount: 10, noise: 0.05 },
])("with $trialCount trials and a noise of $noise of the mean an unchanged limiter", (story) => {
  it("is convicted no more often than is said, and green 20 times of 20 by 98 of 100 baselines", () => {
    const alarms = convictions(story);
    expect(alarms.reduce((sum, many) => sum + many, 0) / (20 * alarms.length)).toBeLessThanOrEqual(
      falseAlarmShare,
    );
    expect(shareOfAny(alarms)).toBeLessThanOrEqual(0.02);
  });

  it("is green 20 times of 20 by 95 of 100 baselines where one run in twenty is disturbed", () => {
    expect(shareOfAny(convictions(story, { draw: disturbed }))).toBeLessThanOrEqual(0.05);
  });
});

it.each([
  { trialCount: 3, noise: 0.002 },
  { trialCount: 5, noise: 0.008 },
  { trialCount: 10, noise: 0.015 },
])("20 % more commands a decision are found 19 times of 20: %o", (story) => {
  expect(shareOfAny(convictions(story, { factor: 1.2, runs: 1 }))).toBeGreaterThanOrEqual(0.95);
});
