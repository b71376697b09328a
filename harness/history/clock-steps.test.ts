import { expect, it } from "vitest";
import { clockSteadiness } from "./clock-steadiness.ts";
import { clockStepsOf, withoutSteps } from "./clock-steps.ts";
import { evidenceOf } from "./evidence-of.ts";
import type { ClockSample, FaultRecord, History } from "./history.ts";
import { sampleHistory } from "./sample-history.ts";

const fault: FaultRecord = {
  name: "redis-clock",
  legend: "",
  replicas: [0],
  fromMs: 1_000,
  injectedMs: 1_010,
  healingMs: 3_000,
  untilMs: 3_020,
  losesState: "none",
  clockStepMs: 60_000,
  verified: "seen",
  healed: "seen",
};

/** A reading every 100 ms for 5 s; `aheadMs` says how far Redis's clock was ahead. */
function readings(aheadMs: (atMs: number) => number): ClockSample[] {
  return Array.from({ length: 50 }, (_, i) => {
    const fromMs = 100 * i;
    return {
      fromMs,
      untilMs: fromMs + 1,
      realtimeMs: 7_000 + fromMs,
      redisMs: 7_000.5 + fromMs + aheadMs(fromMs),
    };
  });
}

const stepped = (byMs: number) => readings((atMs) => (atMs > 1_000 && atMs < 3_000 ? byMs : 0));

function evidenceWith(clock: readonly ClockSample[], faults: readonly FaultRecord[]) {
  const history: History = { ...sampleHistory({ count: 10 }), clock, faults, stateDoubt: null };
  return evidenceOf(history).claims[0];
}

it("a fault of the clock is two steps, there and back; any other is none", () => {
  const { clockStepMs: _, ...other } = fault;
  expect(clockStepsOf([other, fault])).toEqual([
    { fromMs: 1_000, untilMs: 1_010, byMs: 60_000 },
    { fromMs: 3_000, untilMs: 3_020, byMs: -60_000 },
  ]);
});

it("what the clock did besides its steps is what remains of the readings", () => {
  const rest = withoutSteps(stepped(60_000), clockStepsOf([fault]));
  expect(rest.length).toBe(48);
  expect(clockSteadiness(rest, 1_000).certainDriftMs).toBeLessThan(0.01);
  const wrong = withoutSteps(stepped(59_000), clockStepsOf([fault]));
  expect(clockSteadiness(wrong, 1_000).certainDriftMs).toBeGreaterThan(990);
});

it("a clock that steps as it was told is no doubt, one that steps otherwise is", () => {
  expect(evidenceWith(stepped(60_000), [fault])?.clockDoubt).toBeNull();
  expect(evidenceWith(stepped(60_000), [])?.clockDoubt).toContain("the clock moved by");
  expect(evidenceWith(stepped(60_500), [fault])?.clockDoubt).toContain("the clock moved by");
  expect(evidenceWith(stepped(0), [fault])?.clockDoubt).toContain("the clock moved by");
});

it("after a step of anything but whole windows nobody knows where they begin", () => {
  const widthOf = (byMs: number): number => {
    const { epochOffsetMs } = evidenceWith(stepped(byMs), [{ ...fault, clockStepMs: byMs }]) ?? {};
    return (epochOffsetMs?.atMost ?? 0) - (epochOffsetMs?.atLeast ?? 0);
  };
  expect(widthOf(60_000)).toBeLessThan(3);
  expect(widthOf(60_001)).toBeGreaterThan(60_000);
});
