import fc from "fast-check";
import { expect, test } from "vitest";
import { Refusal } from "../refusal.ts";
import { requireWireKeys, wireKey } from "./wire-keys.ts";

test("what fits into a header travels", () => {
  const keys = [
    "r4nd0m:hot",
    "(control)",
    "user@example.org/%20",
    "a b",
    wireKey("schlüssel 鍵"),
    "x".repeat(8_300),
  ];
  expect(() => requireWireKeys(keys)).not.toThrow();
});

test.each(["", " a", "a ", "a\r\nx-cost: 9", "tab\t", "null\0", "鍵", "x".repeat(8_301)])(
  "%j is refused",
  (key) => {
    expect(() => requireWireKeys(["fine", key])).toThrow(Refusal);
  },
);

test("different subjects have different wire keys, and each can be read back", () => {
  fc.assert(
    fc.property(fc.string({ unit: "grapheme" }), (subject) => {
      expect(Buffer.from(wireKey(subject), "latin1").toString("utf8")).toBe(subject);
    }),
  );
});
