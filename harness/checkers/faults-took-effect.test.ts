import { expect, it } from "vitest";
import { evidenceFromRows } from "../history/evidence-from-rows.ts";
import type { FaultRecord } from "../history/history.ts";
import { faultsTookEffect } from "./faults-took-effect.ts";

const policy = { name: "burst", limit: 10, windowMs: 1_000 };
const down: FaultRecord = {
  name: "redis-down",
  legend: "Redis cannot be reached",
  replicas: [0, 1],
  fromMs: 1_000,
  injectedMs: 1_001,
  healingMs: 2_000,
  untilMs: 2_001,
  losesState: "none",
  verified: "refused after 0.2 ms",
  healed: "answered after 0.3 ms",
};

const check = (faults: readonly FaultRecord[]) =>
  faultsTookEffect().check(evidenceFromRows({ policy, rows: [{ sentMs: 0, receivedMs: 1 }], faults }));

it("passes when every fault was seen to begin and to end, and says what was seen", () => {
  expect(check([down, { ...down, fromMs: 3_000 }])).toMatchObject({
    verdict: "pass",
    kind: "quality",
    numbers: { faults: 2, unverified: 0, unhealed: 0 },
    notes: [expect.stringContaining("refused after 0.2 ms; healed: answered"), expect.anything()],
  });
});

it("is inconclusive, never a fail, and names each fault that was not seen", () => {
  const finding = check([down, { ...down, fromMs: 3_000, verified: null }, { ...down, healed: null }]);
  expect(finding.verdict).toBe("inconclusive");
  expect(finding.summary).toBe("redis-down at 3.0 s had no effect that was seen from outside");
  expect(finding.notes).toEqual(["redis-down at 1.0 s was not seen to be healed"]);
});

it("is inconclusive where nothing was broken", () => {
  expect(check([]).verdict).toBe("inconclusive");
});
