import { expect, test } from "vitest";
import type { Checker } from "../checkers/checker.ts";
import { evidenceFromRows } from "../history/evidence-from-rows.ts";
import { judge } from "./judge.ts";

test("a checker that crashes is inconclusive, says why, and does not stop the others", () => {
  const evidence = evidenceFromRows({ policy: { name: "p", limit: 1, windowMs: 1 }, rows: [] });
  const crashing: Checker = {
    name: "broken",
    check: () => {
      throw new RangeError("no such column");
    },
  };
  const sound: Checker = {
    name: "sound",
    check: () => ({ checker: "sound", kind: "proof", verdict: "pass", summary: "fine", numbers: {} }),
  };
  expect(judge(evidence, [crashing, sound])).toMatchObject([
    { checker: "broken", verdict: "inconclusive", summary: expect.stringContaining("no such column") },
    { checker: "sound", verdict: "pass" },
  ]);
});
