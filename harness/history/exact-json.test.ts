import fc from "fast-check";
import { expect, it } from "vitest";
import { exactJson, parseExactJson } from "./exact-json.ts";

const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((x) => (x === 0 ? 0 : x));
const leaf = fc.oneof(
  finite,
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, null, "Infinity", "NaN"),
  fc.string({ unit: "binary" }),
  fc.boolean(),
);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    leaf,
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(
      fc.string().filter((name) => name !== "__proto__"),
      tie("value"),
      { maxKeys: 4, noNullPrototype: true },
    ),
  ),
}));

it("whatever plain data is written is read again, numbers that are not finite too", () => {
  fc.assert(
    fc.property(value, (any) => {
      expect(parseExactJson(exactJson(any))).toEqual(any);
    }),
  );
});
