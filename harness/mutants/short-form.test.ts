import { describe, expect, it } from "vitest";
import { listMutants, listScenarios } from "../cli/catalogue.ts";
import { isOfLevel } from "./level.ts";
import { shortForm } from "./short-form.ts";

describe("a story in its short form", async () => {
  const [mutants, stories] = await Promise.all([listMutants(), listScenarios()]);
  const names = new Set(mutants.flatMap(({ thing }) => (isOfLevel(thing, 2) ? thing.scenarios : [])));
  const tried = stories.filter(({ name, thing }) => names.has(name) && thing.faults === undefined);

  it.each(tried)("takes six seconds at most, without a warm-up and faults: $name", ({ thing }) => {
    const short = shortForm(thing);
    const phases = short.phases({ ...short, ratePerSecond: 3_000, stretch: 1 });
    const lengths = phases.map((phase) => ("load" in phase ? phase.load.durationMs : 0));
    expect(lengths.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(6_000);
    expect(phases.length).toBeGreaterThan(0);
    expect(phases.every(({ role }) => role !== "warmup")).toBe(true);
    expect(short.faults).toBeUndefined();
  });

  it("has windows of a second, but where clients come back or keys are counted", () => {
    for (const { thing } of tried) {
      const keeps = (thing.probingClients ?? 0) > 0 || thing.keyAudit !== undefined;
      for (const [index, { windowMs }] of shortForm(thing).policies.entries())
        expect(windowMs).toBe(keeps ? thing.policies[index]?.windowMs : 1_000);
    }
  });
});
