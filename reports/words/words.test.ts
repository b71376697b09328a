import { describe, expect, it } from "vitest";
import { sampleRun } from "../sample-run.ts";
import { loadFacts } from "./load-facts.ts";
import { namedNumber, numberText } from "./named-number.ts";
import { count, duration, percent, significant } from "./numerals.ts";
import { cut, plain } from "./plain.ts";
import { recoveryText } from "./recovery-text.ts";
import { replicaList } from "./replica-list.ts";
import { sentence } from "./sentence.ts";
import { wrapped } from "./wrapped.ts";

describe("numerals", () => {
  it.each([
    [count(1_234_567), "1,234,567"],
    [count(-0.001, 2), "0"],
    [count(-1_234.5, 1), "\u22121,234.5"],
    [significant(0.012_34), "0.0123"],
    [significant(45.12), "45.1"],
    [significant(Number.NaN), "unknown"],
    [duration(0.0612), "0.061 ms"],
    [duration(12.345), "12.3 ms"],
    [duration(2_400), "2.4 s"],
    [duration(200_000), "3 min 20 s"],
    [percent(0), "0 %"],
    [percent(0.000_001), "< 0.001 %"],
    [percent(0.123_4), "12.34 %"],
    [percent(0.999_999), "> 99.99 %"],
    [percent(1), "100 %"],
    [percent(Number.POSITIVE_INFINITY), "unbounded"],
  ])("writes %s", (text, expected) => {
    expect(text).toBe(expected);
  });
});

describe("the facts of the load", () => {
  it("are all of the judged, paced phases: what was lost in others is no part of what was sent in these", () => {
    const { result } = sampleRun();
    const [first] = result.phases;
    if (first === undefined) throw new RangeError("the sample has no phase");
    const losing = (role: "judged" | "warmup", model: "open" | "saturate", lost: number) => ({
      ...first,
      ...{ role, model },
      outcomes: { ...first.outcomes, lost },
    });
    const phases = [
      losing("judged", "open", 3),
      losing("warmup", "open", 40),
      losing("judged", "saturate", 500),
    ];
    expect(loadFacts({ ...result, phases })).toContain("3 lost");
  });
});

describe("named numbers", () => {
  it("read their unit from the name", () => {
    expect(namedNumber("wronglyAllowedShare").label).toBe("wrongly allowed");
    expect(numberText("wronglyAllowedShare", 0.5)).toBe("50 %");
    expect(numberText("p99Ms", 2.5)).toBe("2.5 ms");
    expect(namedNumber("p99Ms").label).toBe("p99");
    expect(numberText("worstAdmittedRatio", 1.000_04)).toBe("1.000 \u00d7");
    expect(numberText("someShare", { proved: 0, estimate: 0.1, atMost: Number.POSITIVE_INFINITY })).toBe(
      "0 % proved, 10 % estimated, no upper bound",
    );
  });
});

describe("plain", () => {
  it("takes away what steers terminals and readers", () => {
    expect(plain("a\u001b[31m\nb\u202ec\ud800")).toBe("a\ufffd[31m b\ufffdc\ufffd");
  });

  it("never cuts a character in half", () => {
    expect(cut("ab\u{1f525}", 4)).toBe("ab\u{1f525}");
    expect(cut("ab\u{1f525}c", 4)).toBe("ab\u2026");
  });
});

describe("wrapped", () => {
  it("breaks at spaces, and words that are too long", () => {
    expect(wrapped("one two three", 10)).toEqual(["one two", "three"]);
    expect(wrapped("x".repeat(25), 10)).toEqual(["x".repeat(10), "x".repeat(10), "x".repeat(5)]);
  });
});

describe("replicas", () => {
  it.each([
    [[], "no replica"],
    [[1], "replica 1"],
    [[1, 0], "replicas 0, 1"],
    [[0, 1, 2], "replicas 0\u20132"],
    [[4, 0, 2, 3, 4], "replicas 0, 2\u20134"],
  ])("%j are %s", (replicas, text) => {
    expect(replicaList(replicas)).toBe(text);
  });
});

describe("recoveries", () => {
  const back = (replica: number, afterMs: number) =>
    ({ fault: 0, replica, outcome: { kind: "back", afterMs, atMs: 0 } }) as const;
  const other = (replica: number, kind: "stayed" | "unknown") =>
    ({ fault: 0, replica, outcome: { kind } }) as const;
  const gone = (replica: number, by: number | null) =>
    ({ fault: 0, replica, outcome: { kind: "gone", by } }) as const;

  it.each([
    [[], ""],
    [[other(0, "unknown")], ""],
    [[back(0, 312)], "back on Redis after 312 ms"],
    [[back(0, 0), back(1, 0)], "back on Redis before healing was done"],
    [[back(0, 312), back(1, 288)], "back on Redis after 288 ms to 312 ms"],
    [[back(0, 312), other(1, "stayed")], "replica 0 back on Redis after 312 ms, replica 1 stayed on Redis"],
    [[gone(0, null), gone(1, null)], "not seen back on Redis"],
    [
      [back(0, 5), gone(1, 1)],
      "replica 0 back on Redis after 5 ms, replica 1 not seen back on Redis before F2",
    ],
    [[back(0, 5), other(1, "unknown")], "replica 0 back on Redis after 5 ms"],
  ])("of %j", (recoveries, text) => {
    expect(recoveryText(recoveries)).toBe(text);
  });
});

it("ends a sentence once", () => {
  expect(sentence("done")).toBe("done.");
  expect(sentence("done.")).toBe("done.");
});
