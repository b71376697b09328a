import { describe, expect, it } from "vitest";
import { durationMs, wholeNumber } from "./duration.ts";

describe("a time on the command line", () => {
  it.each([
    ["1ms", 1],
    ["250ms", 250],
    ["30s", 30_000],
    ["1.5m", 90_000],
    ["2h", 7_200_000],
  ])("%s", (text, ms) => expect(durationMs(text, "--duration")).toBe(ms));

  it.each(["", "0s", "0.4ms", "0.0009s", "-5s", "10", "s", "1e9s", "25h", "NaNs", "5 s"])(
    "%j is refused in one sentence",
    (text) =>
      expect(() => durationMs(text, "--duration")).toThrow(/^--duration takes a time from 1ms to 24h/),
  );
});

describe("a whole number on the command line", () => {
  it("is taken within its bounds", () => expect(wholeNumber("7", "--seed", 0, 9)).toBe(7));

  it.each(["0", "-1", "1.5", "x", "", "1e3", "11"])("%j is refused between 1 and 10", (text) =>
    expect(() => wholeNumber(text, "--rate", 1, 10)).toThrow(/^--rate takes a whole number from 1 to 10/),
  );
});
