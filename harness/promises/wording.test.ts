import { expect, test } from "vitest";
import { called } from "./wording.ts";

test("a subject is named as it is", () => {
  expect(called("user:17")).toBe("user:17");
});

test("a long one is named by its beginning and its length, and never cut inside a character", () => {
  const name = called(`${"a".repeat(59)}\u{1f600}${"b".repeat(8_000)}`);
  expect(name).toMatch(/^a{59}.\u2026 \(8,061 characters\)$/u);
  expect(name.isWellFormed()).toBe(true);
});
