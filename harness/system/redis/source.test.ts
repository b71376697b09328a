import { expect, test } from "vitest";
import { isNewEnough } from "./source.ts";

test.each([
  ["5.0.14", false],
  ["6.0.16", false],
  ["6.2.0", true],
  ["7.0.15", true],
  ["10.1", true],
  ["", false],
])("Redis %s is new enough: %s", (version, enough) => {
  expect(isNewEnough(version)).toBe(enough);
});
