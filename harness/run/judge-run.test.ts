import { expect, it } from "vitest";
import { sampleRun } from "../../reports/sample-run.ts";
import type { Checker } from "../checkers/checker.ts";
import { controlKey } from "../history/control-key.ts";
import { allocateRequests, memoryOf, outcomeCode } from "../history/requests.ts";
import type { Scenario } from "../scenario.ts";
import { makeBaseline } from "../verdict/baseline/make-baseline.ts";
import type { Finding } from "../verdict/finding.ts";
import { parseGate } from "../verdict/gate.ts";
import { judgeRun } from "./judge-run.ts";

const { history } = sampleRun();
/** Finds the same in every history. */
const finds = (name: string, kind: Finding["kind"], numbers: Finding["numbers"] = {}): Checker => ({
  name,
  check: () => ({ checker: name, kind, verdict: "pass", summary: "it is so", numbers }),
});
const scenario: Scenario = {
  about: "Is it judged by all that it is held against?",
  policies: history.policies,
  replicas: 3,
  phases: () => [],
  checkers: [
    finds("kept", "proof"),
    finds("redis-cost", "measurement", { commandsPerDecision: 3 }),
    finds("load-quality", "quality"),
  ],
};

it("what a phase sent is what came to its outcomes, and nothing of either went past the limiter", () => {
  const subjects = [...history.subjects, controlKey];
  const requests = allocateRequests(history.requests.count);
  new Uint8Array(memoryOf(requests)).set(new Uint8Array(memoryOf(history.requests)));
  for (let row = 0; row < requests.count; row += 50) {
    requests.subject[row] = subjects.length - 1;
    requests.outcome[row] = outcomeCode.control;
  }
  const { phases, load } = judgeRun({ ...history, subjects, requests }, scenario, []);
  for (const { load, outcomes } of phases)
    expect(load.sent).toBe(Object.values(outcomes).reduce((sum, count) => sum + count, 0));
  const measured = phases.filter(({ model, role }) => model === "open" && role === "judged");
  expect(load.sent).toBe(measured.reduce((sum, phase) => sum + phase.load.sent, 0));
  expect(load.sendingMs).toBeCloseTo(measured.reduce((sum, phase) => sum + (phase.load.sendingMs ?? 0), 0));
});

it("gates and baselines are part of the verdict, each a gate of the result", () => {
  const alone = judgeRun(history, scenario, [parseGate("outcomes.allowed>=1")]);
  expect(alone).toMatchObject({ verdict: "pass", gates: [{ verdict: "pass" }] });
  const baseline = makeBaseline([alone, alone, alone]);
  const again = judgeRun(history, scenario, [], [baseline]);
  expect(again.verdict).toBe("pass");
  expect(again.gates.map(({ expression }) => expression)).toEqual([
    "baseline: kept",
    "baseline: findings.redis-cost.commandsPerDecision",
  ]);
  const other = judgeRun(history, scenario, [], [{ ...baseline, replicas: 2 }]);
  expect(other.verdict).toBe("inconclusive");
  expect(other.reason).toBe("gate baseline: the same story: it is of 3 gateways, not 2: give --replicas 2");
});
