import { describe, expect, it } from "vitest";
import { metricNames } from "./metric-options.ts";

describe("--metric", () => {
  it("says which series count what; those of one meaning add up", () => {
    expect(
      metricNames([
        'allowed=http_total{code="200",route="a=b"}',
        "allowed=other_total",
        "denied=limited_total",
        "duration=took_seconds",
        "source=via",
      ]),
    ).toEqual({
      allowed: ['http_total{code="200",route="a=b"}', "other_total"],
      denied: ["limited_total"],
      durationSeconds: "took_seconds",
      sourceLabel: "via",
    });
  });

  it("says nothing where nothing was typed", () => {
    expect(metricNames([])).toBeUndefined();
  });

  it.each([
    [["denied=x_total"], "--metric needs allowed"],
    [["alowed=x"], "did you mean allowed?"],
    [["allowed"], "selects no metric"],
    [["allowed=9x"], "selects no metric"],
    [['allowed=x{code="200"'], "selects no metric"],
    [["allowed=x", 'duration=y{le="1"}'], "plain name"],
    [["allowed=x", "source=a", "source=b"], "there twice"],
  ])("refuses %j in a sentence", (typed, words) => {
    expect(() => metricNames(typed)).toThrow(words);
  });
});
