import { expect, test } from "vitest";
import { scenario } from "../scenarios/many-keys.ts";
import { evidenceFromRows, type Row } from "./history/evidence-from-rows.ts";

const [policy = { name: "", limit: 1, windowMs: 1 }] = scenario.policies;

/** The hot one every 5 ms, which is denied past its limit, and between two of its requests one of a newcomer. */
function flood(newcomer: (index: number) => "allowed" | "denied") {
  const rows = Array.from({ length: 400 }, (_, i): readonly Row[] => [
    {
      subject: "hot",
      sentMs: 5 * i,
      receivedMs: 5 * i + 1,
      outcome: i < policy.limit ? "allowed" : "denied",
    },
    { subject: `tail-${i}`, sentMs: 5 * i + 2, receivedMs: 5 * i + 3, outcome: newcomer(i) },
  ]);
  const evidence = evidenceFromRows({ policy, rows: rows.flat() });
  return scenario.checkers.map((checker) => checker.check(evidence)).filter(({ kind }) => kind === "proof");
}

test("many-keys convicts a table that is full and denies whoever is new", () => {
  const convicted = flood((i) => (i < 300 ? "allowed" : "denied")).filter(
    ({ verdict }) => verdict === "fail",
  );
  expect(convicted.map(({ checker }) => checker)).toEqual(["no-false-denials"]);
  expect(convicted[0]?.summary).toContain("100 of 400 denials were wrong");
});

test("many-keys proves by the hot one that nobody else was denied", () => {
  expect(flood(() => "allowed")).toContainEqual(
    expect.objectContaining({ checker: "no-false-denials", verdict: "pass" }),
  );
});
