import { expect, test } from "vitest";
import { Refusal } from "../refusal.ts";
import { requireWireKeys } from "./wire-keys.ts";

test("visible ASCII travels", () => {
  expect(() => requireWireKeys(["r4nd0m:hot", "(control)", "user@example.org/%20"])).not.toThrow();
});

test.each(["", "a b", "a\r\nx-cost: 9", "schlüssel", "tab\t", "null\0"])("%j is refused", (key) => {
  expect(() => requireWireKeys(["fine", key])).toThrow(Refusal);
});
