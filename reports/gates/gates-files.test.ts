import { describe, expect, it } from "vitest";
import { makeBaseline } from "../../harness/verdict/baseline/make-baseline.ts";
import { parseGate } from "../../harness/verdict/gate.ts";
import { gateRuns, gatesVerdict } from "../../harness/verdict/gate-runs.ts";
import { sampleTrial } from "../../harness/verdict/sample-trial.ts";
import { hostileNames } from "../sample-run.ts";
import { gatesFiles } from "./gates-files.ts";
import type { GatesReport } from "./gates-report.ts";
import { gatesScreen } from "./gates-screen.ts";

const hostile = hostileNames.join(" ");
const runs = [
  sampleTrial({ latencyP99Ms: 18 }),
  sampleTrial({ latencyP99Ms: 22, startedAt: "2026-01-02T03:05:00.000Z" }),
  sampleTrial({ variant: hostile, scenario: hostile, proof: "fail" }),
];
const gates = gateRuns(runs, {
  gates: ["latencyMs.p99<=20", "phase.nowhere.outcomes.lost==0"].map(parseGate),
  baselines: [makeBaseline(Array.from({ length: 3 }, () => sampleTrial()))],
});
const report: GatesReport = { ...gatesVerdict(gates), runs, gates };
const fileOf = (name: string) => String(gatesFiles(report).find(({ path }) => path === name)?.content);

describe("the reports of a gate command", () => {
  it("have one JUnit case a gate", () => {
    const xml = fileOf("gates.xml");
    expect(xml.match(/<testcase /g)).toHaveLength(gates.length);
    const many = (verdict: string) => gates.filter((gate) => gate.verdict === verdict).length;
    expect(xml).toContain(`failures="${many("fail")}" errors="${many("inconclusive")}"`);
    expect(xml).toContain('name="burst on gcra, 2026-01-02T03:05:00.000Z"');
    expect(xml).not.toMatch(/<script|<img/);
  });

  it("say in markdown and on the screen what failed first, and that other runs failed by themselves", () => {
    expect(fileOf("gates.md").split("\n")[0]).toBe(
      `## \u274c fail: ${many("fail")} failed, ${many("inconclusive")} inconclusive, ${many("pass")} passed`,
    );
    const outsideCode = fileOf("gates.md").replace(/(`+)(?!`)(.*?)(?<!`)\1(?!`)/g, "");
    expect(outsideCode).not.toMatch(/[<>]|@everyone/);
    const screen = gatesScreen(report);
    expect(screen.split("\n")[0]).toMatch(/^fail: latencyMs\.p99<=20 \(burst on gcra, /);
    expect(screen).toContain("baseline: within-bound (burst on gcra, 2 runs)");
    expect(screen).toContain("1 of 3 runs did not pass by themselves, which is not gated here");
  });

  it("keep everything as JSON", () => {
    expect(JSON.parse(fileOf("gates.json"))).toMatchObject({ verdict: "fail", runs: [{}, {}, {}] });
  });
});

function many(verdict: string): number {
  return gates.filter((gate) => gate.verdict === verdict).length;
}
