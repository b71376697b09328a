import fc from "fast-check";
import { expect, it } from "vitest";
import { fourDigits } from "./four-digits.ts";

it("shows whole numbers whole, and others to four digits", () => {
  expect([80_149, 0, -3, 0.123456, 17.00004, 1e-9].map((value) => fourDigits(value))).toEqual([
    "80149",
    "0",
    "-3",
    "0.1235",
    "17",
    "1e-9",
  ]);
});

it("never shows two numbers alike that are not the same", () => {
  const number = fc.double({ noNaN: true, noDefaultInfinity: true });
  const near = fc.tuple(number, fc.integer({ min: 1, max: 16 })).map(([one, digits]) => {
    return [one, one * (1 + 10 ** -digits)] as const;
  });
  fc.assert(
    fc.property(fc.oneof(near, fc.tuple(number, number)), ([one, other]) => {
      fc.pre(one !== other && Number.isFinite(other));
      expect(fourDigits(one, other)).not.toBe(fourDigits(other, one));
      expect(Number(fourDigits(one, other))).not.toBe(other);
    }),
  );
});
