import { expect, it } from "vitest";
import type { FaultRecord } from "../history/history.ts";
import { eraOf, lossesOf } from "./eras.ts";

/** Injected in [fromMs, injectedMs], and healed ever so much later. */
function fault(fromMs: number, injectedMs: number, losesState: FaultRecord["losesState"]): FaultRecord {
  const whole = { fromMs, injectedMs, healingMs: injectedMs + 1_000, untilMs: injectedMs + 1_001 };
  return {
    name: "redis-kill",
    legend: "",
    replicas: [0],
    ...whole,
    losesState,
    verified: null,
    healed: null,
  };
}

it("a loss of state separates two eras, and what touches it belongs to none", () => {
  const losses = lossesOf([
    fault(50, 60, { suffixMs: 5 }),
    fault(10, 20, "all"),
    fault(12, 25, "all"),
    fault(30, 40, "none"),
  ]);
  expect(losses).toEqual({ fromMs: [10, 50], untilMs: [25, 60] });
  expect(eraOf(losses, 1, 9)).toBe(0);
  expect(eraOf(losses, 1, 10)).toBe(-1);
  expect(eraOf(losses, 25, 26)).toBe(-1);
  expect(eraOf(losses, 26, 49)).toBe(1);
  expect(eraOf(losses, 26, 70)).toBe(-1);
  expect(eraOf(losses, 61, 70)).toBe(2);
});
