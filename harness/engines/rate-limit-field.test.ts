import fc from "fast-check";
import { expect, test } from "vitest";
import { remainingOf, wholeNumber } from "./rate-limit-field.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const remaining = (text: string, wanted: string | null = null) =>
  remainingOf(bytes(text), 0, text.length, wanted === null ? null : bytes(wanted));

test.each([
  ['"default";r=50;t=30', 50],
  ['"a";t=30;r=0', 0],
  ["default;r=7", 7],
  ['"a"; r=7 , "b";r=8', 7],
  ['"a;r=9";r=7', 7],
  ['"quo\\"te";r=7', 7],
  ['"a";x="r=1, ;";r=7', 7],
  ['"a";flag;r=7', 7],
  ['"a";rr=1;t=2', -1],
  ['"a";r=-3', -1],
  ['"a";r=1.5', -1],
  ['"a";r=99999999999', -1],
  ["limit=10, remaining=5, reset=3", -1],
  ['"a";r=7,', -1],
  ['"a" "b";r=7', -1],
  ['"a;r=7', -1],
  [";r=7", -1],
  ['"a";r=', -1],
  ["", -1],
])("%s leaves %d", (text, expected) => {
  expect(remaining(text)).toBe(expected);
});

test("the denying policy's item counts, else the first", () => {
  const field = '"second";r=5;t=1, "day";r=70;t=9';
  expect(remaining(field, "day")).toBe(70);
  expect(remaining(field, "second")).toBe(5);
  expect(remaining(field, "year")).toBe(5);
});

test("any bytes end in a number, never in a throw or an endless loop", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'"\\,;=r a1 \t'), maxLength: 30 }), (text) => {
      expect(remaining(text)).toBeGreaterThanOrEqual(-1);
    }),
    { numRuns: 2000 },
  );
});

test("whole numbers of 31 bits are read, nothing else", () => {
  const read = (text: string) => wholeNumber(bytes(text), 0, text.length);
  expect(["0", "007", "2147483647", "2147483648", "", "+1", "1 ", "١"].map(read)).toEqual([
    0, 7, 2147483647, -1, -1, -1, -1, -1,
  ]);
});
