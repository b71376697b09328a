import { expect, it } from "vitest";
import type { FaultRecord, History, RedisSample } from "./history.ts";
import { sampleHistory } from "./sample-history.ts";
import { unplannedLife } from "./unplanned-lives.ts";

const history = sampleHistory({ count: 10 });
const { originMs } = history.run;

function sample(atMs: number, runId: string): RedisSample {
  const [first] = history.redisSamples;
  if (first === undefined) throw new Error("there is one sample");
  return { ...first, fromMs: originMs + atMs, untilMs: originMs + atMs + 1, runId };
}

function told(faults: readonly Partial<FaultRecord>[]): string | null {
  const [fault] = history.faults;
  if (fault === undefined) throw new Error("there is one fault");
  const redisSamples = [sample(0, "a"), sample(1_000, "a"), sample(2_000, "b"), sample(3_000, "b")];
  const planned: History["faults"] = faults.map((one) => ({ ...fault, ...one }));
  return unplannedLife({ ...history, redisSamples, faults: planned });
}

it("a life of Redis that begins by nobody's plan is a doubt", () => {
  const restart = { fromMs: originMs + 1_500, untilMs: originMs + 1_600, losesState: "all" } as const;
  expect(told([restart])).toBeNull();
  expect(told([])).toBe("Redis was restarted by nobody's plan between 1.0 s and 2.0 s");
  expect(told([{ ...restart, losesState: "none" }])).toContain("by nobody's plan");
  expect(told([{ ...restart, fromMs: originMs + 2_500, untilMs: originMs + 2_600 }])).toContain(
    "nobody's plan",
  );
});
