import { describe, expect, it } from "vitest";
import { guiltyRun, outageRun, sampleRun } from "../../reports/sample-run.ts";
import { evidenceOf } from "../history/evidence-of.ts";
import { admittedLine } from "./admitted-line.ts";
import { measureRun } from "./measure-run.ts";

const lineOf = ({ history }: ReturnType<typeof sampleRun>) => admittedLine(evidenceOf(history));

describe("what was let in over time", () => {
  it("comes near the limit of an exact window, and passes it by no more than intervals blur", () => {
    const { ratios } = lineOf(sampleRun());
    const most = Math.max(...ratios);
    expect(most).toBeGreaterThan(0.95);
    expect(most).toBeLessThan(1.1);
  });

  it("shows what a limiter that lets in too much has let in", () => {
    expect(Math.max(...lineOf(guiltyRun()).ratios)).toBeGreaterThan(Math.max(...lineOf(sampleRun()).ratios));
  });

  it("begins with the first judged phase and knows where phases and faults lie in it", () => {
    const run = outageRun();
    const { ratios, slotMs, phases, faults } = lineOf(run);
    const judged = run.history.phases.filter(({ role }) => role === "judged");
    expect(phases[0]?.fromMs).toBe(0);
    expect(phases.map(({ name }) => name)).toEqual(judged.map(({ name }) => name));
    expect(faults).toHaveLength(run.history.faults.length);
    const lengthMs = (judged.at(-1)?.untilMs ?? 0) - (judged[0]?.fromMs ?? 0);
    expect(ratios.length * slotMs).toBeGreaterThanOrEqual(lengthMs);
    expect(ratios.length * slotMs).toBeLessThan(lengthMs + slotMs);
  });
});

describe("the measure of a run", () => {
  it("says what is not known, and invents nothing", () => {
    const { history, result } = sampleRun();
    const bare = { ...history, scrapes: [], redisSamples: [] };
    const { bytesPerKey, outageRatio, recoveryMs, trial } = measureRun(bare, result, {
      trial: 3,
      folder: "here",
    });
    expect(trial).toBe(3);
    expect(outageRatio).toBeNull();
    expect(recoveryMs).toBeNull();
    expect(bytesPerKey).toBeNull();
  });

  it("looks at the outage and what follows it for the ratio of the outage", () => {
    const { history, result } = outageRun();
    const { phases } = history;
    const before = phases.filter(({ untilMs }) => untilMs <= (history.faults[0]?.fromMs ?? 0));
    const quiet = { ...history, phases: phases.map((phase) => ({ ...phase, role: "judged" as const })) };
    const ratioOf = (of: typeof history) => measureRun(of, result, { trial: 1, folder: "here" }).outageRatio;
    expect(before.length).toBeGreaterThan(0);
    expect(ratioOf(history)).toEqual(ratioOf(quiet));
    expect(ratioOf(history)?.proved).toBeGreaterThan(1);
  });
});
