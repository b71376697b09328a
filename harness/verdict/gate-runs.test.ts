import { describe, expect, it } from "vitest";
import { parseGate } from "./gate.ts";
import { gateRuns, gatesVerdict } from "./gate-runs.ts";
import type { GateResult, Result } from "./result.ts";
import { sampleTrial } from "./sample-trial.ts";

const at = (second: number) => `2026-01-02T03:04:0${second}.000Z`;
const runs: readonly Result[] = [
  sampleTrial({ variant: "gcra", startedAt: at(1), latencyP99Ms: 20 }),
  sampleTrial({ variant: "none", startedAt: at(2), latencyP99Ms: 10 }),
  sampleTrial({ variant: "none", startedAt: at(3), latencyP99Ms: 16 }),
  sampleTrial({ scenario: "spike", variant: "gcra", startedAt: at(4), latencyP99Ms: 30 }),
];
const gated = (expression: string) => gateRuns(runs, { gates: [parseGate(expression)], baselines: [] });
const verdicts = (expression: string) => gated(expression).map(({ verdict }) => verdict);

describe("a gate over several runs", () => {
  it("is held against each of them", () => {
    const all = gated("latencyMs.p99<=16");
    expect(all.map(({ variant, verdict }) => `${variant} ${verdict}`)).toEqual([
      "gcra fail",
      "none pass",
      "none pass",
      "gcra fail",
    ]);
    expect(all.map(({ startedAt }) => startedAt)).toEqual([at(1), at(2), at(3), at(4)]);
  });

  it.each([
    ["variant.gcra.latencyMs.p99 / variant.none.latencyMs.p99 <= 2", "pass"],
    ["variant.gcra.latencyMs.p99 / variant.none.latencyMs.p99 <= 1.5", "inconclusive"],
    ["variant.gcra.latencyMs.p99 / variant.none.latencyMs.p99 <= 1.2", "fail"],
  ])("compares limiters once a scenario, whichever of their runs is meant: %s is %s", (gate, verdict) => {
    const [burst, spike] = gated(gate);
    expect(burst).toMatchObject({ scenario: "burst", variant: null, startedAt: null, verdict });
    expect(spike).toMatchObject({ scenario: "spike", verdict: "inconclusive", actual: null });
    expect(spike?.summary).toBe("there is no run of variant none: there is gcra");
  });

  it("holds a run's own numbers beside another limiter's", () => {
    expect(verdicts("latencyMs.p99 / variant.gcra.latencyMs.p99 <= 1")).toEqual([
      "pass",
      "pass",
      "pass",
      "pass",
    ]);
    expect(verdicts("latencyMs.p99 - variant.gcra.latencyMs.p99 == 0")).toEqual([
      ...["pass", "fail", "fail", "pass"],
    ]);
  });

  it("names the nearest limiter where one is missing", () => {
    expect(gated("variant.nnoe.latencyMs.p99<=1")[0]?.summary).toBe(
      "there is no run of variant nnoe: did you mean none?",
    );
  });
});

describe("the verdict of gates", () => {
  const of = (...all: GateResult["verdict"][]) =>
    gatesVerdict(all.map((verdict) => ({ expression: "", actual: null, verdict, summary: "" })));

  it("is the worst of them, and inconclusive where nothing passed", () => {
    expect(of("pass", "inconclusive", "fail")).toEqual({ verdict: "fail", exitCode: 1 });
    expect(of("pass", "inconclusive")).toEqual({ verdict: "inconclusive", exitCode: 2 });
    expect(of("pass", "not-applicable")).toEqual({ verdict: "pass", exitCode: 0 });
    expect(of("not-applicable")).toEqual({ verdict: "inconclusive", exitCode: 2 });
    expect(of()).toEqual({ verdict: "inconclusive", exitCode: 2 });
  });
});
