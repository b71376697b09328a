import { describe, expect, it } from "vitest";
import { type LiveNumbers, renderLiveLine } from "./live-line.ts";

const numbers: LiveNumbers = {
  phase: "burst",
  doneShare: 0.4,
  leftMs: 12_345,
  ratePerSecond: 10_012,
  allowed: 12_345,
  denied: 65_432,
  lost: 0,
  p99Ms: 2.13,
};

describe("the live line", () => {
  it("shows everything where there is room", () => {
    const line = renderLiveLine(numbers, 120);
    for (const part of ["burst", "10,012/s", "12,345", "65,432", "p99 2.13 ms", "13 s left"])
      expect(line).toContain(part);
  });

  it("is never wider than the terminal, and keeps phase and rate longest", () => {
    for (let width = 0; width <= 130; width++)
      expect(renderLiveLine(numbers, width).length).toBeLessThanOrEqual(width);
    expect(renderLiveLine(numbers, 30)).toContain("10,012/s");
  });

  it("keeps its numbers in place from one moment to the next", () => {
    const later = { ...numbers, allowed: 912_345, denied: 7, p99Ms: 120.4, leftMs: 900, ratePerSecond: 950 };
    expect(renderLiveLine(later, 120).indexOf("denied")).toBe(renderLiveLine(numbers, 120).indexOf("denied"));
    expect(renderLiveLine(later, 120).length).toBe(renderLiveLine(numbers, 120).length);
  });

  it("survives what is not known yet", () => {
    const line = renderLiveLine({ ...numbers, phase: "\u001b[2J", p99Ms: null, doneShare: Number.NaN }, 120);
    expect(line).toContain("p99");
    expect(line).not.toContain("\u001b");
  });
});
