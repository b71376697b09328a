import { expect, it } from "vitest";
import { parseGate } from "../verdict/gate.ts";
import { listScenarios } from "./catalogue.ts";

it("the gates of every scenario can be read", async () => {
  const scenarios = await listScenarios();
  expect(scenarios.length).toBeGreaterThan(0);
  for (const { thing } of scenarios) for (const gate of thing.gates ?? []) parseGate(gate);
});
